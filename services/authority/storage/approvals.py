"""Queries on approvals."""

from sqlmodel import Session, col, select

from services.authority.storage.tables import ApprovalRequest


def approval_by_id(session: Session, approval_id: str) -> ApprovalRequest | None:
    """One approval."""
    return session.get(ApprovalRequest, approval_id)


def approvals_before(session: Session, before: str, limit: int, *, state: str, requester: str) -> list[ApprovalRequest]:
    """Approvals, the newest first (ids grow with time); empty filters take all."""
    rows = select(ApprovalRequest).order_by(col(ApprovalRequest.id).desc()).limit(limit)
    if before:
        rows = rows.where(col(ApprovalRequest.id) < before)
    if state:
        rows = rows.where(ApprovalRequest.state == state)
    if requester:
        rows = rows.where(ApprovalRequest.requester == requester)
    return list(session.exec(rows))
