"""Queries on replies."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from services.matcher.storage.tables import HOLDS, Reply
from shared.db.holds import held

_KEPT = (col(Reply.completed_at).is_not(None), col(Reply.cleared_at).is_(None))


def replies_of(session: Session, batch_id: str) -> Sequence[Reply]:
    """The replies of a batch."""
    return session.scalars(select(Reply).where(col(Reply.batch_id) == batch_id).order_by(col(Reply.id))).all()


def reply_to(session: Session, request_id: str) -> Reply | None:
    """The reply to one request, when it is made."""
    return session.scalars(select(Reply).where(col(Reply.request_id) == request_id)).one_or_none()


def oldest_completion(session: Session, now: datetime) -> datetime | None:
    """When the oldest reply was completed whose columns are still kept, by no hold now."""
    return session.scalar(select(func.min(Reply.completed_at)).where(*_KEPT, ~_held(now)))


def completed_replies(session: Session, now: datetime) -> Sequence[Reply]:
    """Completed replies whose columns are still kept, by no hold now."""
    return session.scalars(select(Reply).where(*_KEPT, ~_held(now))).all()


def belongings(reply: Reply) -> dict[str, str]:
    """What a hold may name a reply by."""
    return {"request": reply.request_id, "plan": reply.plan_number, "batch": reply.batch_id}


def _held(at: datetime) -> ColumnElement[bool]:
    names = {"request": col(Reply.request_id), "plan": col(Reply.plan_number), "batch": col(Reply.batch_id)}
    return held(HOLDS, at, reply=col(Reply.id), **names)
