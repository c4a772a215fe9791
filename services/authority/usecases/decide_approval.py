"""A second person says yes or no, or the one who asked takes it back."""

from collections.abc import Callable
from typing import Any

from services.authority.domain.approvals import ApprovalState, Asked, refusal_of_decision
from services.authority.storage.approvals import approval_by_id
from services.authority.storage.tables import ApprovalRequest
from services.authority.usecases.request_approval import approval_view, rule_for
from shared.auth.caller import Caller
from shared.db import Work
from shared.events.authority import ApprovalDecided
from shared.refusals import Refusal


def decide_approval(
    caller: Caller, approval_id: str, to: ApprovalState, reason: str
) -> Callable[[Work], dict[str, Any] | Refusal]:
    """Decides once, and announces it to the services. A refusal is recorded, so it is returned, not raised."""

    def write(work: Work) -> dict[str, Any] | Refusal:
        found = approval_by_id(work.session, approval_id)
        if found is None:
            return Refusal("not-found")
        code = refusal_of_decision(
            Asked(found.requester, ApprovalState(found.state), found.expires_at),
            decider=caller.principal.id,
            team=caller.principal.team,
            approvers=rule_for(found.action, work).approvers,
            to=to,
            now=work.now,
        )
        work.record(_access(caller, found.id, to, code))
        if code is not None:
            return Refusal(code)
        found.state, found.decided_by, found.decided_at = to, caller.principal.id, work.now
        found.decision_reason = reason
        work.session.add(found)
        if to is not ApprovalState.WITHDRAWN:
            work.announce(_event(found), subject=found.id)
        return approval_view(found)

    return write


def _access(caller: Caller, approval_id: str, to: ApprovalState, code: str | None) -> Any:
    outcome = "refused" if code else "done"
    return caller.access(
        "authority.approval.decide", "approval", approval_id, approval=approval_id, outcome=outcome, reason=code or to
    )


def _event(found: ApprovalRequest) -> ApprovalDecided:
    return ApprovalDecided(
        approval_id=found.id,
        action=found.action,
        object_id=found.object_id,
        requester=found.requester,
        approver=found.decided_by or "",
        approved=found.state == ApprovalState.APPROVED,
        expires_at=found.expires_at,
    )
