"""Count a batch again, hop by hop; before release out of the stored columns themselves, not remembered counts."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import polars as pl
from sqlmodel import Session

from services.matcher.domain.batch import State
from services.matcher.domain.sheet import Hop, Loss, Sheet
from services.matcher.domain.tally import NAMED_AT_MOST
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import (
    askers_of,
    batch_of,
    outcomes_of,
    ref_of,
    reviews_open,
    slices_of,
    verdicts_on,
)
from services.matcher.storage.replies import replies_of
from services.matcher.storage.tables import Batch, Reply, Slice
from shared.blobs.columns import get_frame
from shared.blobs.errors import BlobDamaged, BlobGone

BEFORE_ANSWER: Final = {State.BUILDING, State.READY, State.HANDED_OVER, State.ANSWERING}
BEFORE_RELEASE: Final = {State.IN_REVIEW, State.RELEASABLE}
AFTER_RELEASE: Final = {State.RELEASED, State.MASKED}


async def balance_batch(parts: MatcherParts, batch_id: str) -> tuple[Batch, Sheet]:
    """The batch and its balance sheet now."""
    return await asyncio.to_thread(balance_now, parts, batch_id)


def balance_now(parts: MatcherParts, batch_id: str) -> tuple[Batch, Sheet]:
    """As balance_batch, blocking."""
    batch, hops, replies = parts.db.read_now(lambda session: _hops(session, batch_id))
    losses = _unfinished(replies)
    if batch.state in BEFORE_RELEASE:
        losses += _recounted(parts, batch)
    return batch, Sheet(hops, losses)


def _hops(session: Session, batch_id: str) -> tuple[Batch, list[Hop], Sequence[Reply]]:
    batch, replies = batch_of(session, batch_id), replies_of(session, batch_id)
    accepted = sum(int(one.line["accepted"]) for one in askers_of(session, batch_id))
    return batch, [*_outward(batch, accepted), *_inward(session, batch), *_onward(batch, replies)], replies


def _outward(batch: Batch, accepted: int) -> list[Hop]:
    built = batch.state != State.BUILDING
    not_asked = batch.inquiries - batch.asked
    answered = {"answered": batch.answered}
    if batch.state == State.BALANCE_ERROR:
        return [
            Hop("closed", accepted, {"asked": batch.asked, "not_asked": not_asked}),
            Hop("answered", batch.asked, {"not_balanced": batch.asked}, reached=False),
        ]
    return [
        Hop("closed", accepted, {"asked": batch.asked, "not_asked": not_asked}, reached=built),
        Hop("answered", batch.asked, answered, reached=batch.state not in BEFORE_ANSWER),
    ]


def _inward(session: Session, batch: Batch) -> list[Hop]:
    accounted = outcomes_of(session, batch.id) | {"in_review": reviews_open(session, batch.id)}
    return [Hop("matched", batch.inquiries, accounted, reached=batch.matched_at is not None)]


def _onward(batch: Batch, replies: Sequence[Reply]) -> list[Hop]:
    replied = sum(one.records for one in replies)
    on_media = sum(one.completed for one in replies if one.completed is not None)
    waiting = sum(one.records for one in replies if one.completed is None)
    made = batch.state in AFTER_RELEASE and bool(replies)
    return [
        Hop("replied", batch.inquiries, {"in_replies": replied}, reached=made),
        Hop("on_media", replied, {"completed": on_media, "waiting": waiting}, reached=made),
    ]


def _unfinished(replies: Sequence[Reply]) -> list[Loss]:
    """Replies whose media hold another number of records than we handed over."""
    wrong = [one for one in replies if one.completed is not None and one.completed != one.records]
    return [Loss("on_media", one.request_id, (), abs(one.records - (one.completed or 0))) for one in wrong]


def _recounted(parts: MatcherParts, batch: Batch) -> list[Loss]:
    slices = parts.db.read_now(lambda session: slices_of(session, batch.id))
    lost = [_lost(parts, one, "outcome" if batch.kind == "provisional" else "status") for one in slices]
    return [loss for loss in lost if loss is not None]


def _lost(parts: MatcherParts, one: Slice, outcome: str) -> Loss | None:
    """The serials of a slice that were asked and have no outcome, or came out without being asked, or twice."""
    try:
        asked = get_frame(parts.blobs, ref_of(one.source)).select("serial")
        rows = get_frame(parts.blobs, ref_of(one.result)).select("serial", outcome)
    except (BlobDamaged, BlobGone):
        return Loss("matched", one.request_id, (), one.rows)
    reviewed = [review.serial for review in parts.db.read_now(lambda session: verdicts_on(session, one.id))]
    blank = rows.filter((pl.col(outcome) == "") & ~pl.col("serial").is_in(reviewed)).select("serial")
    once = rows.filter(pl.len().over("serial") > 1).select("serial")
    wrong = (
        pl.concat(
            [
                asked.join(rows, on="serial", how="anti"),
                rows.join(asked, on="serial", how="anti").select("serial"),
                blank,
                once,
            ]
        )["serial"]
        .unique()
        .sort()
    )
    if not wrong.len():
        return None
    return Loss("matched", one.request_id, tuple(wrong.head(NAMED_AT_MOST).to_list()), wrong.len())


def shown(batch: Batch, sheet: Sheet) -> dict[str, Any]:
    """The sheet as the interface gives it; an answer file that did not balance is named by its seqs."""
    return {
        "batch_id": batch.id,
        "state": batch.state,
        "balanced": sheet.balanced and batch.state != State.BALANCE_ERROR,
        "hops": [
            {
                "hop": hop.name,
                "given": hop.given,
                "accounted": dict(hop.accounted),
                "missing": hop.missing if hop.reached else 0,
                "reached": hop.reached,
            }
            for hop in sheet.hops
        ],
        "records": [
            {"hop": loss.hop, "request_id": loss.request_id, "serials": list(loss.serials), "in_all": loss.in_all}
            for loss in sheet.losses
        ],
        "code": batch.balance_code,
        "seqs": batch.balance_seqs,
        "seqs_in_all": batch.balance_in_all,
    }
