"""A second person's approval: its states, and who may decide."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class ApprovalState(StrEnum):
    """Where an approval stands. Expiry is not a state: it comes by itself."""

    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


MOVES: Final = {
    ApprovalState.PENDING: frozenset({ApprovalState.APPROVED, ApprovalState.REFUSED, ApprovalState.WITHDRAWN}),
    ApprovalState.APPROVED: frozenset[ApprovalState](),
    ApprovalState.REFUSED: frozenset[ApprovalState](),
    ApprovalState.WITHDRAWN: frozenset[ApprovalState](),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """An approval that was asked for."""

    requester: str
    state: ApprovalState
    expires_at: datetime


def refusal_of_decision(
    asked: Asked, *, decider: str, team: str, approvers: frozenset[str], to: ApprovalState, now: datetime
) -> str | None:
    """The code of the first condition that fails, or None: another person, of the right team, in time, once."""
    if to is ApprovalState.WITHDRAWN:
        if decider != asked.requester:
            return "not-your-approval"
    elif decider == asked.requester:
        return "own-approval"
    elif team not in approvers:
        return "approver-not-allowed"
    if to not in MOVES[asked.state]:
        return "approval-decided"
    return "approval-expired" if now > asked.expires_at else None
