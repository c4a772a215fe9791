"""One incident on the twin from its detection to its end, by the same use cases that people use, and what was found."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any, Final

from services.audit.domain.drills.scenarios import Check, Scenario
from services.audit.domain.incidents.duties import Assessment
from services.audit.domain.incidents.reports import items
from services.audit.domain.incidents.states import STEPS
from services.audit.parts import AuditParts
from services.audit.storage.incidents import incidents as stored
from services.audit.usecases.drills.twin import hear
from services.audit.usecases.freezes.lift_freeze import ACT, lift_freeze
from services.audit.usecases.freezes.set_freeze import set_freeze
from services.audit.usecases.incidents import work_on_incident as entries
from services.audit.usecases.incidents.draft_report import draft_report
from services.audit.usecases.incidents.measure_radius import measure_radius
from services.audit.usecases.incidents.open_incident import Concern, open_by_hand, open_for_lost_disc
from services.audit.usecases.incidents.show_incident import learned_on
from shared.auth.caller import Caller
from shared.auth.principals import Principal
from shared.db import Work
from shared.events.audit import FreezeLifted, FreezeSet
from shared.events.authority import ApprovalDecided
from shared.events.media import DiscLost
from shared.hosting import house_events
from shared.ids import new_id
from shared.refusals import Refusal

WHO: Final = Principal(kind="staff", id="drill-supervisor-1", team="supervisor")
SAID: Final = "訓練"


async def rehearse(apart: AuditParts, scenario: Scenario) -> list[Check]:
    """All checks of one scenario, in order."""
    checks: list[Check] = []
    incident_id = await _detect(apart, scenario)
    checks += await _radius_checks(apart, scenario)
    checks += await _freeze_checks(apart, scenario, incident_id)
    checks += await _duty_checks(apart, scenario, incident_id)
    checks += await _draft_checks(apart, scenario, incident_id)
    checks += await _way_checks(apart, incident_id)
    return checks


async def _detect(apart: AuditParts, scenario: Scenario) -> str:
    if scenario.object_type == "disc":
        await hear(apart, open_for_lost_disc, DiscLost(disc_id=scenario.object_id, plan_number=""))
        found = await apart.db.read(lambda session: stored.of_origin(session, "disc-lost", scenario.object_id))
        return found.id if found else ""
    concern = Concern(scenario.object_type, scenario.object_id)
    opened = await apart.db.write(lambda work: open_by_hand(work, _caller(), concern, learned_at=None, reason=SAID))
    return str(opened["id"])


async def _radius_checks(apart: AuditParts, scenario: Scenario) -> list[Check]:
    found = await apart.db.read(
        lambda session: measure_radius(session, scenario.object_type, scenario.object_id, None, None)
    )
    told = sum(reader.times for reader in found.readers)
    return [
        Check("people", scenario.people, found.people),
        Check("plans", scenario.plans, len(found.plans)),
        Check("my_numbers", scenario.my_numbers, found.my_numbers),
        Check("encrypted", scenario.encrypted, found.encrypted),
        Check("accesses", scenario.accesses, told),
    ]


async def _freeze_checks(apart: AuditParts, scenario: Scenario, incident_id: str) -> list[Check]:
    """A freeze stops, the one who set it cannot lift it alone, and two people can."""
    kind, name = scenario.freeze
    made = await apart.db.write(
        lambda work: set_freeze(work, _caller(), kind, name, incident_id=incident_id, reason=SAID)
    )
    told = {"freeze_id": made["id"], "object_type": kind, "object_id": name}
    await hear(apart, house_events.set_freeze, FreezeSet(**told))
    stops = Check("freeze-stops", "frozen", await _refusal(apart, lambda work: _refuse_if_frozen(work, kind, name)))
    alone = Check(
        "no-lifting-alone",
        "approval-unknown",
        await _refusal(apart, lambda work: lift_freeze(work, _caller(), made["id"], SAID)),
    )
    approval = ApprovalDecided(
        approval_id=new_id(),
        action=ACT,
        object_id=made["id"],
        requester=WHO.id,
        approver="drill-supervisor-2",
        approved=True,
        expires_at=apart.clock.now().replace(year=9999),
    )
    await hear(apart, house_events.keep_approval, approval)
    await apart.db.write(lambda work: lift_freeze(work, _caller(approval.approval_id), made["id"], SAID))
    await hear(apart, house_events.lift_freeze, FreezeLifted(**told))
    goes_on = Check("two-lift", "", await _refusal(apart, lambda work: _refuse_if_frozen(work, kind, name)))
    return [stops, alone, goes_on]


async def _duty_checks(apart: AuditParts, scenario: Scenario, incident_id: str) -> list[Check]:
    radius = await apart.db.read(
        lambda session: measure_radius(session, scenario.object_type, scenario.object_id, None, None)
    )
    start = radius.assessment
    found = Assessment(start.people, start.my_numbers, start.encrypted, start.happened, frozenset(scenario.flags))
    shown = await apart.db.write(lambda work: entries.assess(work, _caller(), incident_id, found, SAID))
    incident = await apart.db.read(lambda session: stored.incident_of(session, incident_id))
    first = learned_on(incident).toordinal()
    due = {duty["code"]: _day_number(duty["due_on"], first) for duty in shown["duties"]}
    classes = [one["code"] for one in shown["categories"]]
    return [Check("classes", list(scenario.classes), classes), Check("duties", dict(scenario.duties), due)]


async def _draft_checks(apart: AuditParts, scenario: Scenario, incident_id: str) -> list[Check]:
    """Every report that is owed has a draft, and its number of people comes from the facts."""
    incident = await apart.db.read(lambda session: stored.incident_of(session, incident_id))
    drafts = await apart.db.read(
        lambda session: [draft_report(session, incident, code, apart.clock.now()) for code in scenario.duties]
    )
    texts = [one["text"] for draft in drafts for one in draft["sections"] if one["item"] == "people"]
    right = sum(f"最大{scenario.people}人" in text for text in texts)
    return [Check("drafts", len(scenario.duties), len(drafts)), Check("people-in-drafts", len(texts), right)]


async def _way_checks(apart: AuditParts, incident_id: str) -> list[Check]:
    """Everything written and done, the incident goes its whole way and ends."""

    def write_all(work: Work) -> dict[str, Any]:
        for item in items():
            entries.write_item(work, _caller(), incident_id, item, SAID, 0)
        shown: dict[str, Any] = {}
        for duty in entries.owed(work, incident_id):
            shown = entries.do_duty(work, _caller(), incident_id, duty, None, SAID)
        return shown

    shown = await apart.db.write(write_all)
    for state in _way():
        shown = await apart.db.write(partial(_step, incident_id, state))
    return [Check("closed", "closed", shown["state"]), Check("steps", len(STEPS), len(shown["steps"]))]


def _step(incident_id: str, state: str, work: Work) -> dict[str, Any]:
    return entries.take_step(work, _caller(), incident_id, state, SAID)


def _way() -> Iterator[str]:
    """The long way through the states, from the second to the last."""
    now = next(iter(STEPS))
    while STEPS[now]:
        now = STEPS[now][0]
        yield now


async def _refusal(apart: AuditParts, act: Callable[[Work], object]) -> str:
    """The code with which an act is refused; empty where it is done."""
    try:
        await apart.db.write(act)
    except Refusal as refusal:
        return refusal.code
    return ""


def _refuse_if_frozen(work: Work, kind: str, name: str) -> None:
    if kind == "key":
        work.refuse_if_frozen(name)
    else:
        work.refuse_if_frozen(**{kind: name})


def _day_number(day: str | None, first: int) -> int:
    """Which day of the clock it is, the day of learning being 1; 0 where nothing but promptly is said."""
    return 0 if day is None else date.fromisoformat(day).toordinal() - first + 1


def _caller(approval: str = "") -> Caller:
    return Caller(principal=WHO, approval=approval, channel="drill")
