"""Media completed a reply. When the last one of a batch is complete, its individual numbers are replaced by `*`."""

import asyncio

from services.matcher.domain.batch import State
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_of
from services.matcher.storage.replies import replies_of, reply_to
from services.matcher.usecases.mask_batch import mask_batch, tell_reply
from shared.bus.handling import Effect
from shared.db import Work
from shared.events.media import ReplyCompleted


async def complete_reply(parts: MatcherParts, event: ReplyCompleted) -> Effect | None:
    """Count the reply as on media; mask when nothing of the batch is left to be made."""
    months = parts.settings.reply_kept_months
    due = await parts.db.write(lambda work: _complete(work, event, months))
    return await asyncio.to_thread(mask_batch, parts, event.batch_id) if due else None


def _complete(work: Work, event: ReplyCompleted, keep_months: int) -> bool:
    """Whether the batch is due for masking: every reply is completed, each with all of its records."""
    reply = reply_to(work.session, event.request_id)
    if reply is None or reply.id != event.reply_id:
        return False
    if reply.completed != event.records:
        reply.completed, reply.completed_at = event.records, work.now
        if reply.kind != "my_number":  # those are told when their numbers are masked
            tell_reply(work, reply, keep_months)
    if not reply.batch_id:
        return False
    batch = batch_of(work.session, reply.batch_id)
    if any(one.completed != one.records for one in replies_of(work.session, batch.id)):
        return False
    batch.completed_at = batch.completed_at or work.now
    return batch.kind == "my_number" and batch.state == State.RELEASED
