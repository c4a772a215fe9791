"""A person says what a case was, and why."""

from typing import Any, Final, Literal

from services.audit.domain.detections.cases import CASE
from services.audit.domain.incidents.plain_text import refuse_numbers
from services.audit.domain.states import step
from services.audit.storage.detections import cases
from services.audit.usecases.detections.assign_case import moved, refuse_own
from services.audit.usecases.incidents.open_incident import open_for_misuse
from shared.auth.caller import Caller
from shared.db import Work
from shared.refusals import Refusal

MISUSE: Final = "misuse"
ACCOUNTS: Final = frozenset({"staff", "client"})
Decision = Literal["misuse", "explained", "false_alarm"]


def decide_case(work: Work, caller: Caller, case_id: str, decision: Decision, reason: str) -> dict[str, Any]:
    """`misuse`, `explained` or `false_alarm`, for good; misuse of an account opens an incident.

    Refusals `own-case`, `case-not-yours`, `transition-refused`, `text-holds-number`.
    """
    refuse_numbers(reason)
    case = cases.case_of(work.session, case_id, to_change=True)
    refuse_own(case, caller.principal.id)
    to = step(CASE, case.state, decision)
    if case.assigned_to != caller.principal.id:
        raise Refusal("case-not-yours")
    case.state, case.reason = to, reason
    case.decided_by, case.decided_at = caller.principal.id, work.now
    kind, _, account = case.about.partition(":")
    if decision == MISUSE and kind in ACCOUNTS:
        open_for_misuse(work, case.id, account, case.first_at, case.last_at)
    work.record(caller.access("audit.case.decide", "case", case.id, reason=to))
    return moved(work, caller, case, reason)
