"""Three months after its media are complete, a reply's columns go, and with the last reply the rest of the batch."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import select, update
from sqlmodel import Session, col

from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_of, ref_of, replies_of, slices_of
from services.matcher.storage.tables import Reply, Review
from services.matcher.usecases.destroy_copies import destroy_copies, doom
from shared.calendar.retention import add_months
from shared.db import Work

OWNED: Final = "matcher."


def next_clearing(session: Session, keep_months: int) -> datetime | None:
    """When the next completed reply is due."""
    oldest = select(col(Reply.completed_at)).where(
        col(Reply.completed_at).is_not(None), col(Reply.cleared_at).is_(None)
    )
    at = session.scalar(oldest.order_by(col(Reply.completed_at)).limit(1))
    return None if at is None else add_months(at, keep_months)


def clear_replies(parts: MatcherParts, at: datetime) -> int:
    """Doom and destroy the columns of every reply that is due at `at`; how many replies. Blocking; safe twice."""
    months = parts.settings.reply_kept_months
    due = [
        one for one in parts.db.read_now(_completed) if one.completed_at and add_months(one.completed_at, months) <= at
    ]
    for reply in due:
        parts.db.write_now(partial(_clear, reply_id=reply.id))
    destroy_copies(parts, at)
    return len(due)


def _completed(session: Session) -> Sequence[Reply]:
    waiting = select(Reply).where(col(Reply.completed_at).is_not(None), col(Reply.cleared_at).is_(None))
    return session.scalars(waiting).all()


def _clear(work: Work, reply_id: str) -> None:
    reply = work.session.get_one(Reply, reply_id)
    if reply.cleared_at is not None:
        return
    for stored in reply.chunks:
        doom(work, ref_of(stored), what="request_data", batch_id=reply.batch_id)
    reply.chunks, reply.cleared_at = [], work.now
    work.session.flush()
    if reply.batch_id and all(one.cleared_at is not None for one in replies_of(work.session, reply.batch_id)):
        _clear_batch(work, reply.batch_id)


def _clear_batch(work: Work, batch_id: str) -> None:
    for one in slices_of(work.session, batch_id):
        if str(one.source["id"]).startswith(OWNED):
            doom(work, ref_of(one.source), what="request_data", batch_id=batch_id)
    emptied = update(Review).where(col(Review.batch_id) == batch_id).values(sides=None, reason=None)
    work.session.execute(emptied)
    batch_of(work.session, batch_id).cleared_at = work.now
