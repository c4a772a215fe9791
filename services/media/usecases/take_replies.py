"""Released replies arrived: network replies are to be sealed one by one, disc replies wait for their disc."""

import json

from services.media.domain.kinds import group_of
from services.media.parts import MediaParts
from services.media.storage.replies import next_serial, note_arrival
from services.media.storage.tables import Reply
from services.media.usecases.plan_discs import plan_discs
from shared.bus import Effect
from shared.db import Work
from shared.events.matcher import ReadyReply, RepliesReady
from shared.events.media import PackageRequested
from shared.trail import Access, Actor


def take_replies(parts: MediaParts, event: RepliesReady) -> Effect:
    """Stores each reply once and asks for its medium."""
    ready = [ReadyReply.model_validate(row) for row in json.loads(parts.blobs.get(event.reply_list))]

    def effect(work: Work) -> None:
        for reply in ready:
            if work.session.get(Reply, reply.reply_id) is None:
                _take(work, reply)
        note_arrival(work.session, event.cycle, event.kind)
        plan_discs(work, event.cycle)

    return effect


def _take(work: Work, ready: ReadyReply) -> None:
    work.session.add(
        Reply(
            id=ready.reply_id,
            request_id=ready.request_id,
            plan_number=ready.plan_number,
            plan_name=ready.plan_name,
            plan_address=ready.plan_address,
            channel=ready.channel,
            charset=ready.charset,
            kind=ready.kind,
            kind_group=group_of(ready.kind),
            cycle=ready.cycle,
            batch_id=ready.batch_id,
            serial=next_serial(work.session, ready.plan_number),
            records=ready.records,
            rejected=ready.rejected,
            registry_as_of=ready.registry_as_of,
            chunks=[chunk.model_dump() for chunk in ready.chunks],
            rejected_chunk=ready.rejected_chunk.model_dump() if ready.rejected_chunk else None,
            state="waiting",
            made_at=work.now,
        )
    )
    work.session.flush()
    actor = Actor.job("media.replies")
    work.record(
        Access(actor, "media.reply.take", "reply", ready.reply_id, subjects=ready.records, case=ready.request_id)
    )
    if ready.channel == "network":
        work.announce(PackageRequested(reply_id=ready.reply_id), subject=ready.reply_id)
