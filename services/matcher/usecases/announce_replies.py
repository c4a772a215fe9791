"""Tell media which replies are ready: one list of references for all of a kind and cycle."""

from collections.abc import Iterable, Mapping, Sequence

import orjson

from services.matcher.settings import MatcherParts
from services.matcher.storage.tables import Reply
from services.matcher.usecases.destroy_copies import doom
from shared.blobs.ref import BlobRef
from shared.calendar.retention import add_months
from shared.db import Work
from shared.events.intake import ClosedRequest
from shared.events.matcher import ReadyReply, RepliesReady
from shared.ids import new_id


def ready_reply(
    request: ClosedRequest,
    *,
    cycle: str,
    batch_id: str,
    outcomes: Mapping[str, int],
    registry_as_of: str,
    chunks: Iterable[BlobRef],
) -> ReadyReply:
    """One request's reply as media gets it."""
    return ReadyReply(
        reply_id=new_id(),
        request_id=request.request_id,
        plan_number=request.plan_number,
        plan_name=request.plan_name,
        plan_address=request.plan_address,
        channel=request.channel,
        charset=request.charset,
        kind=request.kind,
        cycle=cycle,
        batch_id=batch_id,
        records=request.accepted,
        rejected=request.rejected,
        outcomes=dict(sorted(outcomes.items())),
        registry_as_of=registry_as_of,
        chunks=tuple(chunks),
        rejected_chunk=request.rejected_chunk,
    )


def put_reply_list(parts: MatcherParts, replies: Sequence[ReadyReply]) -> BlobRef:
    """The list as a blob of its own."""
    listed = orjson.dumps([one.model_dump(mode="json") for one in replies])
    return parts.blobs.put(listed, purpose="reply-list", key="jlis", records=len(replies))


def announce_replies(work: Work, replies: Sequence[ReadyReply], listed: BlobRef, *, keep_months: int) -> None:
    """Keep the replies and announce their list, in one transaction. All are of one kind, cycle and batch."""
    for one in replies:
        work.session.add(_row(one))
    first = replies[0]
    doom(work, listed, what="request_data", batch_id=first.batch_id, at=add_months(work.now, keep_months))
    work.announce(
        RepliesReady(
            cycle=first.cycle, kind=first.kind, batch_id=first.batch_id, replies=len(replies), reply_list=listed
        ),
        subject=first.batch_id or f"{first.cycle}/{first.kind}",
    )


def _row(reply: ReadyReply) -> Reply:
    return Reply(
        id=reply.reply_id,
        request_id=reply.request_id,
        batch_id=reply.batch_id,
        cycle=reply.cycle,
        kind=reply.kind,
        plan_number=reply.plan_number,
        records=reply.records,
        outcomes=reply.outcomes,
        chunks=[chunk.model_dump() for chunk in reply.chunks],
    )
