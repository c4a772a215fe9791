"""Deletion requests: at the cutoff the ledger rows are destroyed, and each request is answered by a reply at once."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from services.matcher.settings import MatcherParts
from services.matcher.storage.ledger import Ledger
from services.matcher.storage.replies import reply_to
from services.matcher.usecases.announce_replies import announce_replies, put_reply_list, ready_reply
from services.matcher.usecases.destroy_copies import doom
from shared.blobs.columns import get_frame, put_frame
from shared.blobs.ref import BlobRef
from shared.bus.handling import Effect
from shared.calendar.retention import add_months
from shared.db import Work
from shared.events.copies import CopyDestroyed
from shared.events.intake import ClosedRequest, CycleClosed
from shared.events.matcher import InquiryNumbersDestroyed, ReadyReply
from shared.trail import Access, Actor

DELETED: Final = "1"
UNKNOWN: Final = "6"
JOB: Final = Actor.job("matcher.delete-numbers")
METHOD: Final = "ledger row removed with secure deletion"


@dataclass(frozen=True, slots=True)
class _Deleted:
    request: ClosedRequest
    reply: ReadyReply
    numbers: BlobRef
    digest: str


def delete_numbers(parts: MatcherParts, event: CycleClosed, requests: Sequence[ClosedRequest]) -> Effect:
    """Destroy what the requests name, and hand over the announcement. A second run finds the same rows destroyed."""
    done = [_delete(parts, event, request) for request in requests]
    listed = put_reply_list(parts, [one.reply for one in done]) if done else None

    def effect(work: Work) -> None:
        new = [one for one in done if reply_to(work.session, one.request.request_id) is None]
        for one in new:
            _certify(work, event, one, keep_months=parts.settings.reply_kept_months)
        if new and listed is not None:
            announce_replies(work, [one.reply for one in done], listed, keep_months=parts.settings.reply_kept_months)

    return effect


def _delete(parts: MatcherParts, event: CycleClosed, request: ClosedRequest) -> _Deleted:
    ledger = Ledger(parts.db, parts.keyring)
    at, key = parts.clock.now(), f"plan/{request.plan_number}"
    chunks, gone, outcomes = [], list[str](), Counter[str]()
    for ref in request.chunks:
        frame = get_frame(parts.blobs, ref)
        destroyed = ledger.destroy(request.plan_number, frame["inquiry_number"].to_list(), by=request.request_id, at=at)
        result = pl.when(pl.col("inquiry_number").is_in(destroyed)).then(pl.lit(DELETED)).otherwise(pl.lit(UNKNOWN))
        answered = frame.select("serial", "member_id", "inquiry_number", result.alias("result"))
        chunks.append(put_frame(parts.blobs, answered, purpose="reply", key=key))
        outcomes.update(answered["result"].to_list())
        gone.extend(sorted(destroyed))
    reply = ready_reply(request, cycle=event.cycle, batch_id="", outcomes=outcomes, registry_as_of="", chunks=chunks)
    numbers = put_frame(
        parts.blobs,
        pl.DataFrame({"inquiry_number": gone}, schema={"inquiry_number": pl.String}),
        purpose="numbers",
        key=key,
    )
    return _Deleted(request, reply, numbers, hashlib.sha256("\n".join(gone).encode()).hexdigest())


def _certify(work: Work, event: CycleClosed, one: _Deleted, *, keep_months: int) -> None:
    request, count = one.request, one.numbers.records
    doom(work, one.numbers, what="request_data", batch_id="", at=add_months(work.now, keep_months))
    if not count:
        return
    work.announce(
        InquiryNumbersDestroyed(
            plan_number=request.plan_number,
            reason="deletion",
            count=count,
            request_id=request.request_id,
            numbers=one.numbers,
        ),
        subject=request.plan_number,
    )
    work.announce(
        CopyDestroyed(
            copy_id=f"numbers/{request.request_id}",
            service="matcher",
            what="inquiry_numbers",
            object_type="request",
            object_id=request.request_id,
            records=count,
            digest=one.digest,
            method=METHOD,
            due_at=event.closed_at,
            destroyed_at=work.now,
            by=JOB.id,
        ),
        subject=request.request_id,
    )
    work.record(
        Access(JOB, "matcher.inquiry_numbers.destroy", "request", request.request_id, subjects=count, case=event.cycle)
    )
