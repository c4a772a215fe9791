"""Three months after its media are complete, a reply's columns go, and with the last reply the rest of the batch."""

from datetime import datetime
from functools import partial
from typing import Final

from sqlmodel import Session

from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_of, empty_reviews, ref_of, slices_of
from services.matcher.storage.replies import completed_replies, oldest_completion, replies_of
from services.matcher.storage.tables import Reply
from services.matcher.usecases.destroy_copies import destroy_copies, doom
from shared.calendar.retention import add_months
from shared.db import Work

OWNED: Final = "matcher."


def next_clearing(session: Session, keep_months: int, now: datetime) -> datetime | None:
    """When the next completed reply is due that no hold keeps now."""
    at = oldest_completion(session, now)
    return None if at is None else add_months(at, keep_months)


def clear_replies(parts: MatcherParts, at: datetime) -> int:
    """Doom and destroy the columns of every reply that is due at `at`; how many replies. Blocking; safe twice."""
    months = parts.settings.reply_kept_months
    kept = parts.db.read_now(lambda session: completed_replies(session, parts.clock.now()))
    due = [one for one in kept if one.completed_at and add_months(one.completed_at, months) <= at]
    for reply in due:
        parts.db.write_now(partial(_clear, reply_id=reply.id))
    destroy_copies(parts, at)
    return len(due)


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
    empty_reviews(work.session, batch_id)
    batch_of(work.session, batch_id).cleared_at = work.now
