"""Queries on replies."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from services.matcher.storage.tables import Reply

_KEPT = (col(Reply.completed_at).is_not(None), col(Reply.cleared_at).is_(None))


def replies_of(session: Session, batch_id: str) -> Sequence[Reply]:
    """The replies of a batch."""
    return session.scalars(select(Reply).where(col(Reply.batch_id) == batch_id).order_by(col(Reply.id))).all()


def reply_to(session: Session, request_id: str) -> Reply | None:
    """The reply to one request, when it is made."""
    return session.scalars(select(Reply).where(col(Reply.request_id) == request_id)).one_or_none()


def oldest_completion(session: Session) -> datetime | None:
    """When the oldest reply whose columns are still kept was completed."""
    return session.scalar(select(col(Reply.completed_at)).where(*_KEPT).order_by(col(Reply.completed_at)).limit(1))


def completed_replies(session: Session) -> Sequence[Reply]:
    """Completed replies whose columns are still kept."""
    return session.scalars(select(Reply).where(*_KEPT)).all()
