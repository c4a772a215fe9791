"""How an incident looks from outside: where it stands, what is known, what is owed by when."""

from datetime import date, datetime
from typing import Any, Final

from sqlmodel import Session

from services.audit.domain.incidents.duties import Assessment, Category, Duty, categories_of, duties_of
from services.audit.domain.incidents.reports import items
from services.audit.domain.incidents.states import STEPS
from services.audit.storage.incidents import freezes as stored_freezes
from services.audit.storage.incidents import incidents as stored
from services.audit.storage.incidents.tables import (
    FreezeOrder,
    Incident,
    IncidentAssessment,
    IncidentDuty,
    IncidentItem,
)
from services.audit.usecases.show import instant
from shared.calendar.clock import JST

WARNING: Final = frozenset({"overdue", "warning"})
PRESSING: Final = ("overdue", "warning", "at_once", "running")


def incident_shown(incident: Incident) -> dict[str, Any]:
    """The incident itself."""
    return {
        "id": incident.id,
        "state": incident.state,
        "allowed": list(STEPS[incident.state]),
        "origin": incident.origin,
        "object_type": incident.object_type,
        "object_id": incident.object_id,
        "from": instant(incident.since),
        "to": instant(incident.until),
        "learned_at": instant(incident.learned_at),
        "opened_at": instant(incident.opened_at),
        "opened_by": incident.opened_by,
        "closed_at": instant(incident.closed_at),
    }


def line_shown(session: Session, incident: Incident, now: datetime) -> dict[str, Any]:
    """An incident in a list: with the duty that presses most."""
    duties = duties_shown(session, incident, now)
    due = sorted((duty for duty in duties if duty["clock"] != "done"), key=_pressing)
    return incident_shown(incident) | {
        "assessed": bool(stored.assessments_of(session, incident.id)),
        "open_duties": len(due),
        "overdue": sum(duty["clock"] == "overdue" for duty in due),
        "next_duty": due[0] if due else None,
    }


def pressing_shown(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Open incidents in which a clock warns or has run out, or which nobody has assessed yet."""
    found = [line_shown(session, one, now) for one in stored.open_incidents(session)]
    return [one for one in found if not one["assessed"] or (one["next_duty"] or {}).get("clock") in WARNING]


def _pressing(duty: dict[str, Any]) -> tuple[int, str]:
    return PRESSING.index(duty["clock"]), duty["due_on"] or ""


def whole_shown(session: Session, incident: Incident, now: datetime) -> dict[str, Any]:
    """Everything about one incident, except who is affected."""
    assessments = stored.assessments_of(session, incident.id)
    written = stored.newest_items(session, incident.id)
    return incident_shown(incident) | {
        "steps": [
            {"state": step.state, "at": instant(step.at), "by": step.by, "reason": step.reason}
            for step in stored.steps_of(session, incident.id)
        ],
        "assessments": [assessment_shown(row) for row in assessments],
        "categories": [category_shown(one) for one in _categories(incident, assessments)],
        "duties": duties_shown(session, incident, now),
        "items": [item_shown(code, row["ja"], row["en"], written.get(code)) for code, row in items().items()],
        "freezes": [freeze_shown(row) for row in stored_freezes.freezes_of(session, incident.id)],
    }


def duties_shown(session: Session, incident: Incident, now: datetime) -> list[dict[str, Any]]:
    """What is owed by the rules of the day of learning, with the clock of each."""
    assessments = stored.assessments_of(session, incident.id)
    if not assessments:
        return []
    done = stored.duties_done(session, incident.id)
    today = now.astimezone(JST).date()
    owed = duties_of(stored.as_assessed(assessments[-1]), learned_on(incident))
    return [duty_shown(duty, today, done.get(duty.code)) for duty in owed]


def learned_on(incident: Incident) -> date:
    """The day of learning in Japan: clocks count from it, and its rules hold."""
    return incident.learned_at.astimezone(JST).date()


def owed_before(session: Session, incident: Incident, state: str) -> set[str]:
    """The open duties that stand before a state."""
    assessments = stored.assessments_of(session, incident.id)
    if not assessments:
        return set()
    owed = duties_of(stored.as_assessed(assessments[-1]), learned_on(incident))
    done = stored.duties_done(session, incident.id)
    return {duty.code for duty in owed if duty.before == state and duty.code not in done}


def assessment_shown(row: IncidentAssessment) -> dict[str, Any]:
    """One version of what was known."""
    return {
        "version": row.version,
        "at": instant(row.at),
        "by": row.by,
        "reason": row.reason,
        "people": row.people,
        "my_numbers": row.my_numbers,
        "encrypted": row.encrypted,
        "happened": row.happened,
        "flags": row.flags.split(),
    }


def assessed_shown(found: Assessment) -> dict[str, Any]:
    """What the rules would start from."""
    return {
        "people": found.people,
        "my_numbers": found.my_numbers,
        "encrypted": found.encrypted,
        "happened": found.happened,
        "flags": sorted(found.flags),
    }


def category_shown(category: Category) -> dict[str, str]:
    """A class of the law."""
    return {"code": category.code, "ja": category.ja, "en": category.en, "source": category.source}


def duty_shown(duty: Duty, today: date, done: IncidentDuty | None) -> dict[str, Any]:
    """A duty with its clock; `days_left` counts today as none left on the last day."""
    return {
        "code": duty.code,
        "ja": duty.ja,
        "en": duty.en,
        "source": duty.source,
        "before": duty.before,
        "due_on": duty.due_on.isoformat() if duty.due_on else None,
        "warn_on": [day.isoformat() for day in duty.warn_on],
        "clock": duty.clock(today, done=done is not None),
        "days_left": (duty.due_on - today).days if duty.due_on else None,
        "done_at": instant(done.done_at) if done else None,
        "done_by": done.by if done else None,
        "reference": done.reference if done else None,
    }


def item_shown(code: str, ja: str, en: str, newest: IncidentItem | None) -> dict[str, Any]:
    """One of the nine items with the text that counts; version 0 is nothing written yet."""
    return {
        "item": code,
        "ja": ja,
        "en": en,
        "version": newest.version if newest else 0,
        "text": newest.text if newest else None,
        "at": instant(newest.at) if newest else None,
        "by": newest.by if newest else None,
    }


def freeze_shown(row: FreezeOrder) -> dict[str, Any]:
    """A freeze."""
    return {
        "id": row.id,
        "object_type": row.object_type,
        "object_id": row.object_id,
        "incident_id": row.incident_id or None,
        "reason": row.reason,
        "state": "set" if row.lifted_at is None else "lifted",
        "set_at": instant(row.set_at),
        "set_by": row.set_by,
        "lifted_at": instant(row.lifted_at),
        "lifted_by": row.lifted_by or None,
        "lift_reason": row.lift_reason or None,
    }


def _categories(incident: Incident, assessments: Any) -> tuple[Category, ...]:
    if not assessments:
        return ()
    return categories_of(stored.as_assessed(assessments[-1]), learned_on(incident))
