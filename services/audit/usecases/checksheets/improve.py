"""Take a finding one step further through plan, do, check, act."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from services.audit.domain.checksheets.improvement import FINDING, refuse_own_work
from services.audit.domain.states import step
from services.audit.storage.checksheets import findings
from services.audit.storage.checksheets.tables import AuditFinding, FindingStep
from services.audit.usecases.checksheets.show_finding import finding_shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.ids import new_id
from shared.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Plan:
    """Why it happened, what is done about it, by whom and until when."""

    direct_cause: str
    indirect_cause: str
    action: str
    owner: str
    due_on: date


def plan(work: Work, caller: Caller, finding_id: str, planned: Plan) -> dict[str, Any]:
    """P: causes, action, owner, due date; a new plan replaces the one before. Refusals as for every step."""
    finding = _finding(work, finding_id)
    said = {
        "direct_cause": planned.direct_cause,
        "indirect_cause": planned.indirect_cause,
        "action": planned.action,
        "owner": planned.owner,
        "due_on": planned.due_on.isoformat(),
    }
    _take(work, caller, finding, "plan", said)
    finding.owner, finding.due_on = planned.owner, planned.due_on
    work.record(caller.access("audit.finding.plan", "finding", finding_id))
    return finding_shown(work.session, finding, work.now)


def carry_out(work: Work, caller: Caller, finding_id: str, done: str) -> dict[str, Any]:
    """D: what was done."""
    finding = _finding(work, finding_id)
    _take(work, caller, finding, "carry_out", {"done": done})
    work.record(caller.access("audit.finding.carry_out", "finding", finding_id))
    return finding_shown(work.session, finding, work.now)


def check_effect(work: Work, caller: Caller, finding_id: str, *, effective: bool, effect: str) -> dict[str, Any]:
    """C: whether it helped, judged by somebody else. Without effect it is planned anew. Refusal `own-work`."""
    finding = _finding(work, finding_id)
    taken = [one.taken_by for one in findings.steps(work.session, finding_id) if one.step == "carry_out"]
    refuse_own_work(caller.principal.id, finding.owner, taken)
    _take(work, caller, finding, "effective" if effective else "ineffective", {"effect": effect})
    work.record(caller.access("audit.finding.check", "finding", finding_id))
    return finding_shown(work.session, finding, work.now)


def close(work: Work, caller: Caller, finding_id: str, standard: str) -> dict[str, Any]:
    """A: what was made the rule."""
    finding = _finding(work, finding_id)
    _take(work, caller, finding, "close", {"standard": standard})
    work.record(caller.access("audit.finding.close", "finding", finding_id))
    return finding_shown(work.session, finding, work.now)


def drop(work: Work, caller: Caller, finding_id: str, reason: str) -> dict[str, Any]:
    """Nothing is to be done, and why."""
    finding = _finding(work, finding_id)
    _take(work, caller, finding, "drop", {"reason": reason})
    work.record(caller.access("audit.finding.drop", "finding", finding_id))
    return finding_shown(work.session, finding, work.now)


def _finding(work: Work, finding_id: str) -> AuditFinding:
    finding = findings.get(work.session, finding_id)
    if finding is None:
        raise Refusal("not-found")
    return finding


def _take(work: Work, caller: Caller, finding: AuditFinding, taken: str, said: dict[str, str]) -> None:
    finding.state = step(FINDING, finding.state, taken)
    work.session.add(finding)
    work.session.add(
        FindingStep(
            id=new_id(),
            finding_id=finding.id,
            step=taken,
            said=said,
            taken_by=caller.principal.id,
            taken_at=work.now,
        )
    )
    work.session.flush()
