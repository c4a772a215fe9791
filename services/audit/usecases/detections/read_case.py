"""One case, told so that a person who was not there can judge it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlmodel import Session

from services.audit.domain.detections.facts import Standing, day_of
from services.audit.domain.detections.rules import rule_of
from services.audit.domain.detections.scoring import scores_on
from services.audit.storage.detections import cases, hits
from services.audit.storage.detections import progress as stored
from services.audit.storage.detections.tables import Hit, OddCase
from services.audit.storage.rooms import entries, roster
from services.audit.usecases.detections.show import case_shown, hit_shown, record_shown, step_shown
from services.audit.usecases.show import instant
from shared.calendar.clock import day_begins

AROUND: Final = 15
MOST: Final = 400


def read_case(session: Session, case_id: str) -> dict[str, Any]:
    """What was odd, what was done around it, how the person stands, who passed the door. Refusal `not-found`."""
    case = cases.case_of(session, case_id)
    found = hits.hits_of_case(session, case_id)
    standing = _standing(session, case)
    return case_shown(case) | {
        "findings": [hit_shown(hit) for hit in found],
        "guidance": _guidance(found),
        "steps": [step_shown(step) for step in cases.steps_of(session, case_id)],
        "standing": None if standing is None else _standing_shown(standing, case),
        "accesses": _accesses(session, case, found),
        "passages": _passages(session, case, standing),
    }


def _guidance(found: Sequence[Hit]) -> list[dict[str, str]]:
    rules = {(hit.rule, hit.version): rule_of(hit.rule, hit.version) for hit in found}
    return [
        {"rule": rule.code, "title_ja": rule.ja, "title_en": rule.en, "ja": rule.guidance_ja, "en": rule.guidance_en}
        for rule in rules.values()
        if rule is not None
    ]


def _accesses(session: Session, case: OddCase, found: Sequence[Hit]) -> list[dict[str, Any]]:
    """What the person did from the first finding to the last, and a little around; the odd ones are marked."""
    kind, _, actor = case.about.partition(":")
    firsts = [hit.first_index for hit in found if hit.first_index is not None]
    lasts = [hit.last_index for hit in found if hit.last_index is not None]
    if not firsts or kind not in ("staff", "client", "service"):
        return []
    rows = stored.records_of(session, actor, min(firsts), max(lasts), around=AROUND, limit=MOST)
    scores = hits.scores_of(session, [index for index, _ in rows])
    marked = {index for hit in found for index in (hit.first_index, hit.last_index)}
    high = scores_on(day_of(case.last_at)).medium
    return [
        record_shown(index, entry, scores.get(index, 0)) | {"odd": index in marked or scores.get(index, 0) >= high}
        for index, entry in rows
    ]


def _standing(session: Session, case: OddCase) -> Standing | None:
    return next((one for one in roster.standings(session) if case.about == f"staff:{one.staff_id}"), None)


def _standing_shown(standing: Standing, case: OddCase) -> dict[str, Any]:
    days = (standing.roster_from, standing.roster_to, standing.pledged_on, standing.trained_on, standing.left_on)
    names = ("roster_from", "roster_to", "pledged_on", "trained_on", "left_on")
    return {
        "staff_id": standing.staff_id,
        "team": standing.team,
        "in_force": standing.in_force(day_of(case.last_at)),
        **{name: day.isoformat() if day else None for name, day in zip(names, days, strict=True)},
    }


def _passages(session: Session, case: OddCase, standing: Standing | None) -> list[dict[str, Any]]:
    """Door events of the person, or of the door number, on the days of the case."""
    kind, _, name = case.about.partition(":")
    user = standing.door_user if standing else (name if kind == "door-user" else "")
    if not user:
        return []
    passed = entries.passages(
        session, day_begins(day_of(case.first_at)), day_begins(day_of(case.last_at)) + timedelta(days=1)
    )
    return [
        {"at": instant(one.at), "door": one.door, "direction": one.direction} for one in passed if one.user == user
    ][:MOST]
