"""What people enter about an incident: the next step, what is known, the nine items, duties that were done."""

from datetime import datetime
from typing import Any

from services.audit.domain.incidents.duties import FLAGS, Assessment
from services.audit.domain.incidents.plain_text import refuse_numbers
from services.audit.domain.incidents.reports import items
from services.audit.domain.incidents.states import CLOSED, refuse_unready, step
from services.audit.storage.incidents import incidents as stored
from services.audit.storage.incidents.tables import (
    Incident,
    IncidentAssessment,
    IncidentDuty,
    IncidentItem,
    IncidentStep,
)
from services.audit.usecases.incidents.show_incident import duties_shown, owed_before, whole_shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.refusals import Refusal


def take_step(work: Work, caller: Caller, incident_id: str, state: str, reason: str) -> dict[str, Any]:
    """The next state, with its reason. Refusals as in the table of states, and `text-holds-number`."""
    refuse_numbers(reason)
    incident = stored.incident_of(work.session, incident_id)
    then = step(incident.state, state)
    refuse_unready(
        incident.state,
        then,
        assessed=bool(stored.assessments_of(work.session, incident.id)),
        owed=_owed(work, incident, then),
        written=stored.newest_items(work.session, incident.id),
    )
    position = len(stored.steps_of(work.session, incident.id)) + 1
    work.session.add(
        IncidentStep(
            incident_id=incident.id, position=position, state=then, at=work.now, by=caller.principal.id, reason=reason
        )
    )
    incident.state = then
    incident.closed_at = work.now if then == CLOSED else None
    work.session.add(incident)
    work.record(caller.access("audit.incident.step", "incident", incident.id, case=incident.id, reason=then))
    return _answer(work, incident)


def assess(work: Work, caller: Caller, incident_id: str, found: Assessment, reason: str) -> dict[str, Any]:
    """A new version of what is known. Refusals `incident-closed`, `text-holds-number`."""
    refuse_numbers(reason)
    incident = _open_one(work, incident_id)
    version = len(stored.assessments_of(work.session, incident.id)) + 1
    work.session.add(
        IncidentAssessment(
            incident_id=incident.id,
            version=version,
            at=work.now,
            by=caller.principal.id,
            reason=reason,
            people=found.people,
            my_numbers=found.my_numbers,
            encrypted=found.encrypted,
            happened=found.happened,
            flags=" ".join(flag for flag in FLAGS if flag in found.flags),
        )
    )
    work.record(caller.access("audit.incident.assess", "incident", incident.id, case=incident.id))
    return _answer(work, incident)


def write_item(work: Work, caller: Caller, incident_id: str, item: str, text: str, after: int) -> dict[str, Any]:
    """A new text of one of the nine items. `after` is the version that the writer saw.

    Refusals `not-found`, `incident-closed`, `text-holds-number`, and `item-changed` where somebody else was faster.
    """
    if item not in items():
        raise Refusal("not-found")
    refuse_numbers(text)
    incident = _open_one(work, incident_id)
    versions = stored.versions_of(work.session, incident.id, item)
    if len(versions) != after:
        raise Refusal("item-changed", version=len(versions))
    work.session.add(
        IncidentItem(
            incident_id=incident.id, item=item, version=after + 1, text=text, at=work.now, by=caller.principal.id
        )
    )
    work.record(caller.access("audit.incident.write", "incident", incident.id, case=incident.id, reason=item))
    return _answer(work, incident)


def do_duty(
    work: Work, caller: Caller, incident_id: str, duty: str, done_at: datetime | None, reference: str
) -> dict[str, Any]:
    """A duty was done, once. Refusals `not-found` where it is not owed, `duty-done`, `done-in-the-future`."""
    refuse_numbers(reference)
    incident = _open_one(work, incident_id)
    if duty not in {one["code"] for one in duties_shown(work.session, incident, work.now)}:
        raise Refusal("not-found")
    if duty in stored.duties_done(work.session, incident.id):
        raise Refusal("duty-done")
    if done_at is not None and done_at > work.now:
        raise Refusal("done-in-the-future")
    work.session.add(
        IncidentDuty(
            incident_id=incident.id,
            duty=duty,
            done_at=done_at or work.now,
            entered_at=work.now,
            by=caller.principal.id,
            reference=reference,
        )
    )
    work.record(caller.access("audit.incident.duty", "incident", incident.id, case=incident.id, reason=duty))
    return _answer(work, incident)


def owed(work: Work, incident_id: str) -> list[str]:
    """The duties that are still open."""
    incident = stored.incident_of(work.session, incident_id)
    return [duty["code"] for duty in duties_shown(work.session, incident, work.now) if duty["clock"] != "done"]


def _open_one(work: Work, incident_id: str) -> Incident:
    incident = stored.incident_of(work.session, incident_id)
    if incident.closed_at is not None:
        raise Refusal("incident-closed")
    return incident


def _owed(work: Work, incident: Incident, then: str) -> set[str]:
    """Open duties before a state; closing leaves none open, whichever way it is reached."""
    if then != CLOSED:
        return owed_before(work.session, incident, then)
    return set(owed(work, incident.id))


def _answer(work: Work, incident: Incident) -> dict[str, Any]:
    work.session.flush()
    return whole_shown(work.session, incident, work.now)
