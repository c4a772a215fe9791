"""Replace a batch's individual numbers by `*`: new chunks first, then the old ones are destroyed, then it is told."""

from dataclasses import dataclass
from functools import partial
from typing import Final

import polars as pl

from services.matcher.domain.batch import Act, State, after
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_of, ref_of
from services.matcher.storage.replies import belongings, replies_of
from services.matcher.storage.tables import Reply
from services.matcher.usecases.destroy_copies import destroy_copies, doom
from services.matcher.usecases.matched import plan_key
from services.matcher.usecases.words import kind_of
from shared.blobs.columns import get_frame, put_frame
from shared.blobs.ref import BlobRef
from shared.bus.handling import Effect
from shared.calendar.retention import add_months
from shared.db import Work
from shared.events.matcher import BatchMasked
from shared.hosting.keeping import tell_kept
from shared.trail import Access, Actor

JOB: Final = Actor.job("matcher.mask-batch")
SEALED: Final = "my_number_sealed"
MASK: Final = "*"


@dataclass(frozen=True, slots=True)
class _Masked:
    reply_id: str
    old: list[BlobRef]
    new: list[BlobRef]
    numbers: int


def mask_batch(parts: MatcherParts, batch_id: str) -> Effect:
    """Blocking. A crash leaves the sealed numbers or their masks, and the next run goes on from there."""
    replies = parts.db.read_now(lambda session: replies_of(session, batch_id))
    months = parts.settings.reply_kept_months
    for reply in replies:
        parts.db.write_now(partial(_swap, batch_id=batch_id, masked=_mask(parts, reply), keep_months=months))
    destroy_copies(parts, parts.clock.now())
    return lambda work: _announce(work, batch_id)


def _mask(parts: MatcherParts, reply: Reply) -> _Masked:
    old, new, numbers = list[BlobRef](), list[BlobRef](), 0
    for stored in reply.chunks:
        ref = ref_of(stored)
        rows = get_frame(parts.blobs, ref)
        if SEALED in rows.columns:
            given = pl.col(SEALED).bin.size() > 0
            numbers += rows.select(given.sum()).item()
            starred = pl.when(given).then(pl.lit(MASK)).otherwise(pl.lit("")).alias("my_number")
            rows = rows.with_columns(starred).drop(SEALED)
            old.append(ref)
            new.append(put_frame(parts.blobs, rows, purpose="reply", key=plan_key(reply.plan_number)))
        else:
            new.append(ref)
    return _Masked(reply.id, old, new, numbers)


def tell_reply(work: Work, reply: Reply, keep_months: int) -> None:
    """Tell that a completed reply's columns are kept, and until when."""
    tell_kept(
        work,
        [ref_of(stored) for stored in reply.chunks],
        service="matcher",
        what="request_data",
        object_type="reply",
        object_id=reply.id,
        belongs_to=belongings(reply),
        due_at=None if reply.completed_at is None else add_months(reply.completed_at, keep_months),
    )


def _swap(work: Work, *, batch_id: str, masked: _Masked, keep_months: int) -> None:
    reply = work.session.get_one(Reply, masked.reply_id)
    held = {stored["id"] for stored in reply.chunks}
    if not masked.old or not held.issuperset(ref.id for ref in masked.old):
        return
    reply.chunks = [ref.model_dump() for ref in masked.new]
    tell_reply(work, reply, keep_months)
    batch_of(work.session, batch_id).numbers_masked += masked.numbers
    for ref in masked.old:
        doom(work, ref, what="my_numbers", batch_id=batch_id)


def _announce(work: Work, batch_id: str) -> None:
    batch = batch_of(work.session, batch_id)
    if batch.state != State.RELEASED:
        return
    batch.state, batch.masked_at = after(batch.state, Act.MASK), work.now
    work.announce(
        BatchMasked(batch_id=batch.id, cycle=batch.cycle, kind=kind_of(batch), numbers=batch.numbers_masked),
        subject=batch.id,
    )
    work.record(Access(JOB, "matcher.batch.mask", "batch", batch.id, subjects=batch.numbers_masked, case=batch.id))
