"""Deny by default: every route stands behind one act of the matrix, and every act guards something."""

from typing import Annotated, Any, Final

import pytest
from fastapi import APIRouter, Depends, FastAPI

from cli.embedded import Embedded
from shared.auth.acts import ActRule, act_rules
from shared.auth.allow import allow
from tests.architecture.gates import routes, ungated
from tests.architecture.source import sources

# Without a gate: alive or not, figures, the documentation: they say nothing about anybody. And the one call that brings
# its credentials in its body.
OPEN: Final = frozenset(
    {"GET /healthz", "GET /readyz", "GET /metrics", "GET /openapi.json", "POST /authority/v1/token"}
)

EVERY_SERVICES: Final = "events.parked."
TEAMS: Final = frozenset({"clerk", "operator", "supervisor", "auditor", "ops", "admin"})
EQUIPMENT: Final = frozenset({"office_pc", "media_station", "transfer_terminal", "registry_server", "jlis_terminal"})
PLACES: Final = frozenset({"", "office", "security_room"})
PURPOSES: Final = frozenset(
    "intake-check jlis-exchange review media-production reply-delivery replacement retention incident audit".split()
)
TWO_PEOPLE: Final = frozenset(
    {
        "matcher.batch.hand_over",
        "matcher.batch.release",
        "media.disc.reissue",
        "intake.media.destroy",
        "transfer.internet",
        "keys.rotate",
        "keys.destroy",
        "matrices.change",
        "rules.activate",
        "events.parked.discard",
        "events.parked.fix",
        "audit.freeze.lift",
        "audit.hold.set",
        "audit.hold.lift",
    }
)


def test_every_route_stands_behind_a_gate(system: Embedded) -> None:
    for service in system.services.values():
        assert len(list(routes(service.app))) > 10
        assert not ungated(service.app, OPEN), service.name


def test_every_act_in_front_of_a_route_is_its_services_own(system: Embedded) -> None:
    for service in system.services.values():
        for name, acts in routes(service.app):
            for act in acts:
                assert act in act_rules(), f"{name}: {act} has no row in the matrix"
                assert act.startswith((f"{service.name}.", EVERY_SERVICES)) or act in TWO_PEOPLE, f"{name}: {act}"


def test_every_job_has_a_name_of_its_own(system: Embedded) -> None:
    names = [job.name for service in system.services.values() for job in service.jobs]
    assert sorted(names) == sorted(set(names))


def test_every_act_of_the_matrix_guards_a_route_or_is_asked_for_in_the_code(system: Embedded) -> None:
    guarding = {act for service in system.services.values() for _, acts in routes(service.app) for act in acts}
    text = "".join(source.text for source in sources("services", "cli"))
    assert not {act for act in act_rules() if act not in guarding and f'"{act}"' not in text}


@pytest.mark.parametrize("rule", act_rules().values(), ids=lambda rule: rule.act)
def test_a_row_of_the_matrix_uses_known_words(rule: ActRule) -> None:
    assert rule.teams <= TEAMS
    assert rule.equipment <= EQUIPMENT
    assert rule.place in PLACES
    assert rule.purposes <= PURPOSES
    assert rule.open or rule.clients or rule.teams or rule.services, "nobody may do it"
    assert not (rule.open and (rule.personal_data or rule.two_people)), "open to all, and yet sensitive"
    assert rule.two_people == (rule.act in TWO_PEOPLE)
    assert not (rule.personal_data and "admin" in rule.teams), "administrators see no personal data"
    assert not (rule.personal_data and rule.teams and not rule.equipment), "personal data at any equipment"


def test_a_route_without_a_gate_is_found() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    router = APIRouter(prefix="/inside")
    act = next(iter(act_rules()))

    def nested(caller: Annotated[Any, allow(act)]) -> None: ...

    @app.get("/open")
    def left_open() -> None: ...

    @app.get("/guarded")
    def guarded(caller: Annotated[Any, allow(act)]) -> None: ...

    @router.get("/open")
    def left_open_inside() -> None: ...

    @router.get("/guarded")
    def guarded_inside(caller: Annotated[Any, Depends(nested)]) -> None: ...

    app.include_router(router)
    app.mount("/files", FastAPI())
    assert sorted(ungated(app, OPEN)) == ["GET /inside/open", "GET /open", "MOUNT /files"]
    assert dict(routes(app))["GET /inside/guarded"] == (act,)
