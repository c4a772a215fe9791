"""Somebody asks for a second person."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from services.authority.domain.approvals import ApprovalState
from services.authority.rules import ApprovalRule, approval_rule
from services.authority.storage.tables import ApprovalRequest
from shared.auth.acts import act_rules
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.db import Work
from shared.ids import new_id
from shared.refusals import Refusal

DEFAULT_HOURS = 24


def request_approval(caller: Caller, action: str, object_id: str, reason: str) -> Callable[[Work], dict[str, Any]]:
    """An approval to be decided, bound to the act, the object and the caller.

    Refusals: `not-a-two-person-action`, `requester-not-allowed`."""

    def write(work: Work) -> dict[str, Any]:
        rule = rule_for(action, work)
        if caller.principal.team not in rule.requesters:
            raise Refusal("requester-not-allowed")
        asked = ApprovalRequest(
            id=new_id(),
            action=action,
            object_id=object_id,
            requester=caller.principal.id,
            requester_team=caller.principal.team,
            reason=reason,
            state=ApprovalState.PENDING,
            requested_at=work.now,
            expires_at=work.now + timedelta(hours=rule.hours),
        )
        work.session.add(asked)
        work.record(caller.access("authority.approval.request", "approval", asked.id, approval=asked.id))
        return approval_view(asked)

    return write


def rule_for(action: str, work: Work) -> ApprovalRule:
    """The row of the table; an act that needs two people and has no row is the supervisor's to approve."""
    today = work.now.astimezone(JST).date()
    rule = approval_rule(action, today)
    if rule is not None:
        return rule
    act = act_rules().get(action)
    if act is None or not act.two_people:
        raise Refusal("not-a-two-person-action")
    return ApprovalRule(
        action=action,
        ja=act.ja,
        en=act.en,
        valid_from=today,
        requesters=act.teams | {"supervisor"},
        approvers=frozenset({"supervisor"}),
        hours=DEFAULT_HOURS,
    )


def approval_view(asked: ApprovalRequest) -> dict[str, Any]:
    """An approval as those see it who ask and decide."""
    return {
        "id": asked.id,
        "action": asked.action,
        "object": asked.object_id,
        "requester": asked.requester,
        "requester_team": asked.requester_team,
        "reason": asked.reason,
        "state": asked.state,
        "requested_at": asked.requested_at.isoformat(),
        "expires_at": asked.expires_at.isoformat(),
        "decided_by": asked.decided_by,
        "decided_at": asked.decided_at.isoformat() if asked.decided_at else None,
        "decision_reason": asked.decision_reason,
    }
