"""Every event has somebody who announces it and somebody who reacts, or a reason why not yet."""

from typing import Final, get_args, get_type_hints

import pytest
from pydantic import BaseModel

from cli.embedded import Embedded
from shared.events import EVENTS, Event
from shared.hosting.house_events import HOUSE_EVENTS
from tests.architecture.catalogue_rules import built_events
from tests.architecture.source import Source, sources

ANNOUNCED_BY_SHARED: Final = {
    "audit.record.made.v1": "the relay sends every service's access records",
    "audit.trail.head.v1": "the relay tells where a service's trail is shorter than its head says",
}
PERSONAL: Final = frozenset(
    "name name_kana name_kanji birth_date birth_raw sex address my_number resident_code inquiry_number member_id "
    "password contact remarks reason_text".split()
)


def publisher_of(event: type[Event]) -> str:
    """The service whose module declares the event; `copies` are announced by whoever held the copy."""
    return event.__module__.rpartition(".")[2]


def personal_fields(kind: type[BaseModel]) -> set[str]:
    """Fields that by their names hold a person's data, at any depth."""
    found = set(kind.model_fields) & PERSONAL
    for hint in get_type_hints(kind).values():
        for part in (hint, *get_args(hint)):
            if isinstance(part, type) and issubclass(part, BaseModel) and part is not kind:
                found |= personal_fields(part)
    return found


def test_every_event_is_announced_by_the_service_that_declares_it() -> None:
    built: dict[str, set[str]] = {}
    for source in sources("services", "shared"):
        if "/drills/" in source.path:  # a drill plays the other services on a twin of its own
            continue
        home = source.path.split("/")[1] if source.path.startswith("services/") else "shared"
        for event_type in built_events(source):
            built.setdefault(event_type, set()).add(home)
    for event_type, event in EVENTS.items():
        homes = built.get(event_type, set()) - {"shared"}
        if publisher_of(event) == "copies":
            assert homes, event_type
        elif event_type not in ANNOUNCED_BY_SHARED:
            assert homes == {publisher_of(event)}, event_type


def test_every_event_has_a_consumer(system: Embedded) -> None:
    consumed = set(HOUSE_EVENTS).union(*(service.consumers for service in system.services.values()))
    assert not {event.TYPE for event in EVENTS.values() if event not in consumed}


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.TYPE)
def test_an_event_is_a_fact_of_the_past_without_personal_data(event: type[Event]) -> None:
    steps = event.TYPE.split(".")
    assert len(steps) == 4
    assert steps[3].startswith("v")
    assert event.__doc__
    assert event.model_config.get("frozen")
    assert not personal_fields(event)


def test_a_personal_field_is_found_at_any_depth() -> None:
    class Inner(BaseModel):
        name_kana: str

    class Outer(BaseModel):
        rows: tuple[Inner, ...]

    assert personal_fields(Outer) == {"name_kana"}


def test_making_an_event_is_recognised() -> None:
    text = "work.announce(RequestWithdrawn(request_id=id, plan_number=plan, kind=kind), subject=id)"
    assert built_events(Source("services/intake/usecases/withdraw.py", text)) == {"intake.request.withdrawn.v1"}
    validated = "event = RequestWithdrawn.model_validate(values)"
    assert built_events(Source("services/intake/usecases/withdraw.py", validated)) == {"intake.request.withdrawn.v1"}
    assert not built_events(Source("services/matcher/consumers.py", "CONSUMES = {RequestWithdrawn: handler}"))
