"""A batch was released: verdicts go into the chunks, the ledger learns what is told, media learns what is ready."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

import polars as pl

from services.matcher.domain.answers import HELD
from services.matcher.domain.current import NOT_TOLD, RESIDENT
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import askers_of, batch_of, ref_of, slices_of, verdicts_on
from services.matcher.storage.ledger import Ledger, count_held
from services.matcher.storage.replies import replies_of, reply_to
from services.matcher.storage.tables import Asker, Batch, Review, Slice
from services.matcher.usecases.announce_replies import announce_replies, put_reply_list, ready_reply
from services.matcher.usecases.destroy_copies import doom
from services.matcher.usecases.keep_quality import keep_quality
from services.matcher.usecases.list_subjects import announce_subjects, list_subjects
from services.matcher.usecases.matched import plan_key
from services.matcher.usecases.tell_deaths import tell_deaths
from shared.blobs.columns import get_frame, put_frame
from shared.blobs.ref import BlobRef
from shared.bus.handling import Effect, Permanent
from shared.calendar.retention import add_months
from shared.db import Work
from shared.events.copies import CopiesKept, KeptCopy
from shared.events.intake import ClosedRequest
from shared.events.matcher import BatchReleased, InquiryNumbersIssued, ReadyReply
from shared.hosting.keeping import tell_kept
from shared.trail import Access, Actor

JOB: Final = Actor.job("matcher.make-replies")


@dataclass
class _Made:
    """One request's reply in the making."""

    request: ClosedRequest
    chunks: list[BlobRef] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    differing: Counter[str] = field(default_factory=Counter)
    numbers: list[str] = field(default_factory=list)
    numbers_ref: BlobRef | None = None
    subjects: list[BlobRef] = field(default_factory=list)
    superseded: list[BlobRef] = field(default_factory=list)


async def make_replies(parts: MatcherParts, event: BatchReleased) -> Effect | None:
    """All replies of the batch; None where they are made already."""
    return await asyncio.to_thread(_prepare, parts, event)


def _prepare(parts: MatcherParts, event: BatchReleased) -> Effect | None:
    batch = parts.db.read_now(lambda session: batch_of(session, event.batch_id))
    if parts.db.read_now(lambda session: replies_of(session, event.batch_id)):
        return None
    made = _made(parts, batch)
    replies = [
        ready_reply(
            one.request,
            cycle=batch.cycle,
            batch_id=batch.id,
            outcomes=one.outcomes,
            registry_as_of=batch.registry_as_of,
            chunks=one.chunks,
        )
        for one in made
    ]
    listed = put_reply_list(parts, replies)
    return lambda work: _apply(work, batch.id, made, replies, listed, parts.settings.reply_kept_months)


def _made(parts: MatcherParts, batch: Batch) -> list[_Made]:
    askers: Sequence[Asker] = parts.db.read_now(lambda session: askers_of(session, batch.id))
    slices: Sequence[Slice] = parts.db.read_now(lambda session: slices_of(session, batch.id))
    by_request = {key: list(group) for key, group in groupby(slices, lambda one: one.request_id)}
    made = []
    for asker in askers:
        one = _Made(ClosedRequest.model_validate(asker.line))
        for piece in by_request.get(asker.request_id, []):
            _finish_slice(parts, batch, piece, one)
        if sum(one.outcomes.values()) != one.request.accepted:
            raise Permanent("a reply does not balance with its request")
        if batch.kind == "provisional":
            one.numbers_ref = _put_numbers(parts, one)
        made.append(one)
    return made


def _finish_slice(parts: MatcherParts, batch: Batch, piece: Slice, into: _Made) -> None:
    kind, result = batch.kind, ref_of(piece.result)
    rows = get_frame(parts.blobs, result)
    verdicts = parts.db.read_now(lambda session: verdicts_on(session, piece.id))
    if verdicts:
        rows = _with_verdicts(kind, rows, verdicts)
        into.superseded.append(result)
        result = put_frame(parts.blobs, rows, purpose="reply", key=plan_key(piece.plan_number))
    into.chunks.append(result)
    into.subjects.append(list_subjects(parts, piece.plan_number, rows["inquiry_number"].to_list()))
    column = "outcome" if kind == "provisional" else "status"
    into.outcomes.update(rows[column].to_list())
    if kind == "provisional":
        into.numbers.extend(rows.filter(pl.col("inquiry_number") != "")["inquiry_number"].to_list())
        into.differing.update(rows["differing"].str.split(";").explode().to_list())
    else:
        residents = rows.filter(pl.col("status") == RESIDENT)["inquiry_number"].to_list()
        Ledger(parts.db, parts.keyring).note_residents(piece.plan_number, residents, batch.registry_as_of)
    if piece.told is not None:
        _teach_ledger(parts, piece, [one.serial for one in verdicts if one.outcome == NOT_TOLD])
        into.superseded.append(ref_of(piece.told))


def _with_verdicts(kind: str, rows: pl.DataFrame, verdicts: Iterable[Review]) -> pl.DataFrame:
    """Kind 1: outcome, number and differing items as decided. Kinds 2 and 3: a refused answer tells nothing."""
    if kind != "provisional":
        refused = pl.col("serial").is_in([one.serial for one in verdicts if one.outcome == NOT_TOLD])
        emptied = {name: pl.lit("") for name in ("status_date", *HELD, "changes")} | {"status": pl.lit(NOT_TOLD)}
        if "my_number_sealed" in rows.columns:
            emptied["my_number_sealed"] = pl.lit(b"", dtype=pl.Binary)
        return rows.with_columns(
            pl.when(refused).then(value).otherwise(pl.col(name)).alias(name) for name, value in emptied.items()
        )
    decided = pl.DataFrame(
        [(one.serial, one.outcome, one.inquiry_number, one.differing) for one in verdicts],
        schema={
            "serial": rows.schema["serial"],
            "outcome": pl.String,
            "inquiry_number": pl.String,
            "differing": pl.String,
        },
        orient="row",
    )
    return rows.update(decided, on="serial")


def _teach_ledger(parts: MatcherParts, piece: Slice, refused: Sequence[int]) -> None:
    news = get_frame(parts.blobs, ref_of(piece.told)).filter(~pl.col("serial").is_in(refused))
    Ledger(parts.db, parts.keyring).update(piece.plan_number, news)


def _put_numbers(parts: MatcherParts, one: _Made) -> BlobRef:
    frame = pl.DataFrame({"inquiry_number": one.numbers}, schema={"inquiry_number": pl.String})
    return put_frame(parts.blobs, frame, purpose="numbers", key=plan_key(one.request.plan_number))


def _apply(
    work: Work, batch_id: str, made: Sequence[_Made], replies: Sequence[ReadyReply], listed: BlobRef, keep_months: int
) -> None:
    if not replies or reply_to(work.session, replies[0].request_id) is not None:
        return
    for one, reply in zip(made, replies, strict=True):
        announce_subjects(work, reply, one.subjects, keep_months=keep_months)
        for ref in one.superseded:
            doom(work, ref, what="request_data", batch_id=batch_id)
        if one.numbers_ref is not None:
            _announce_numbers(work, batch_id, one.request, one.numbers_ref, keep_months)
    for piece in slices_of(work.session, batch_id):
        piece.result, piece.told = None, None
    batch = batch_of(work.session, batch_id)
    tell_deaths(work, batch)
    for one in made:
        keep_quality(work, batch, one.request, outcomes=one.outcomes, differing=one.differing)
    announce_replies(work, replies, listed, keep_months=keep_months)
    if batch.kind == "my_number":
        _tell_numbers(work, batch_id, replies)
    records = sum(reply.records for reply in replies)
    work.record(Access(JOB, "matcher.reply.make", "batch", batch_id, subjects=records, case=batch_id))


def _tell_numbers(work: Work, batch_id: str, replies: Sequence[ReadyReply]) -> None:
    """The sealed individual numbers are kept until the reply media are complete."""
    for one in replies:
        belongs_to = {"plan": one.plan_number, "request": one.request_id, "reply": one.reply_id}
        tell_kept(
            work,
            one.chunks,
            service="matcher",
            what="my_numbers",
            object_type="batch",
            object_id=batch_id,
            belongs_to=belongs_to,
        )


def _announce_numbers(work: Work, batch_id: str, request: ClosedRequest, numbers: BlobRef, keep_months: int) -> None:
    doom(work, numbers, what="request_data", batch_id=batch_id, at=add_months(work.now, keep_months))
    if numbers.records:
        work.announce(
            InquiryNumbersIssued(
                plan_number=request.plan_number,
                request_id=request.request_id,
                count=numbers.records,
                numbers=numbers,
            ),
            subject=request.plan_number,
        )
        _tell_ledger(work, request.plan_number)


def _tell_ledger(work: Work, plan_number: str) -> None:
    """A plan's numbers, with the resident codes behind them, are kept until it deletes them or its contract ends."""
    kept = CopiesKept(
        service="matcher",
        what="inquiry_numbers",
        object_type="plan",
        object_id=plan_number,
        kept_from=work.now,
        copies=(KeptCopy(copy_id=f"ledger/{plan_number}", records=count_held(work.session, plan_number)),),
    )
    work.announce(kept, subject=f"plan/{plan_number}")
