"""Somebody takes a case, gives it back, or is asked to look at it."""

from typing import Any

from services.audit.domain.detections.cases import CASE
from services.audit.domain.states import step
from services.audit.storage.detections import cases
from services.audit.storage.detections.tables import OddCase
from services.audit.usecases.detections.show import case_shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.refusals import Refusal


def assign_case(work: Work, caller: Caller, case_id: str, to: str) -> dict[str, Any]:
    """The case is `to`'s to judge, the caller's when empty. Refusals `own-case`, `transition-refused`, `not-found`."""
    case = cases.case_of(work.session, case_id, to_change=True)
    holder = to or caller.principal.id
    refuse_own(case, caller.principal.id, holder)
    case.state, case.assigned_to = step(CASE, case.state, "assign"), holder
    work.record(caller.access("audit.case.assign", "case", case.id))
    return moved(work, caller, case, holder)


def give_back_case(work: Work, caller: Caller, case_id: str) -> dict[str, Any]:
    """The case waits for anybody again."""
    case = cases.case_of(work.session, case_id, to_change=True)
    refuse_own(case, caller.principal.id)
    case.state, case.assigned_to = step(CASE, case.state, "give_back"), ""
    work.record(caller.access("audit.case.give_back", "case", case.id))
    return moved(work, caller, case)


def refuse_own(case: OddCase, *people: str) -> None:
    """Nobody works on a case about themselves."""
    if case.about in {f"staff:{person}" for person in people}:
        raise Refusal("own-case")


def moved(work: Work, caller: Caller, case: OddCase, reason: str = "") -> dict[str, Any]:
    """Keep the step, and show the case."""
    work.session.add(case)
    cases.keep_step(work.session, case, caller.principal.id, work.now, reason)
    return case_shown(case)
