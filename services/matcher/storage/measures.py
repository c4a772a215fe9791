"""Counts over all of the matcher's work."""

from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.matcher.storage.tables import Batch, Doomed, Review


def batches_in(session: Session, state: str) -> int:
    """How many batches are in a state."""
    return session.scalar(select(func.count()).select_from(Batch).where(col(Batch.state) == state)) or 0


def newest_ready(session: Session) -> datetime | None:
    """When the newest batch was ready."""
    return session.scalar(select(func.max(Batch.ready_at)))


def reviews_open(session: Session) -> int:
    """How many reviews wait, over all batches."""
    return session.scalar(select(func.count()).select_from(Review).where(col(Review.state) == "open")) or 0


def copies_due(session: Session, at: datetime) -> tuple[int, datetime | None]:
    """How many doomed blobs are due at `at`, and since when the first."""
    due = select(func.count(), func.min(Doomed.due_at)).where(col(Doomed.due_at) <= at)
    count, oldest = session.execute(due).one()
    return count, oldest
