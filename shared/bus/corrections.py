"""Another body in the place of a parked event's: checked against the event's class, named by its digest."""

from collections.abc import Mapping
from typing import Any, Final, Literal, get_origin

import orjson
from pydantic import ValidationError

from shared.bus.described import errors_of, is_harmless
from shared.events import EVENTS, Envelope, Event
from shared.events.audit import FreezeLifted, FreezeSet, HoldLifted, HoldSet, RecordsMade
from shared.events.authority import ApprovalDecided, TokenRevoked
from shared.refusals import Refusal

# Records are evidence, and the others decide who may do what: not even two people write or drop them by hand.
UNCHANGEABLE: Final[frozenset[type[Event]]] = frozenset(
    {RecordsMade, ApprovalDecided, TokenRevoked, FreezeSet, FreezeLifted, HoldSet, HoldLifted}
)


class CorrectionInvalid(Refusal):
    """The correction is not such an event; `errors` as places and rules."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("invalid-input", errors=errors)
        self.errors = errors


def refuse_unchangeable(event_type: str) -> None:
    """Refusal `event-not-changeable` for what can only be replayed."""
    if EVENTS.get(event_type) in UNCHANGEABLE:
        raise Refusal("event-not-changeable", type=event_type)


def corrected(body: bytes, data: Mapping[str, Any]) -> bytes:
    """The body with other data, in a form that depends on the data alone.

    Refusal `event-not-changeable`; CorrectionInvalid where the data are not such an event or could hold anybody's data.
    """
    try:
        envelope = Envelope.model_validate_json(body)
    except ValidationError as unreadable:
        raise Refusal("event-not-changeable") from unreadable
    refuse_unchangeable(envelope.type)
    kind = EVENTS.get(envelope.type)
    if kind is None:
        raise Refusal("event-not-changeable", type=envelope.type)
    event = _event(kind, data, envelope.data)
    try:
        new = envelope.model_copy(update={"data": event.model_dump(mode="json")})
        return orjson.dumps(new.model_dump(), option=orjson.OPT_SORT_KEYS)
    except TypeError as unwritable:
        raise CorrectionInvalid([{"pointer": "/data", "rule": "not_json"}]) from unwritable


def _event(kind: type[Event], data: Mapping[str, Any], before: Mapping[str, Any]) -> Event:
    if set(data) - set(kind.model_fields):
        raise CorrectionInvalid([{"pointer": "/data", "rule": "extra_forbidden"}])
    if errors := errors_of(kind, data):
        raise CorrectionInvalid(errors)
    event = kind.model_validate(dict(data))
    changed = [name for name in data if data[name] != before.get(name) and not _is_closed(kind, name)]
    if doubtful := [name for name in changed if not is_harmless(name, getattr(event, name))]:
        raise CorrectionInvalid([{"pointer": f"/data/{name}", "rule": "not_harmless"} for name in doubtful])
    return event


def _is_closed(kind: type[Event], name: str) -> bool:
    """Whether the class itself lists every value that the field may have."""
    return get_origin(kind.model_fields[name].annotation) is Literal
