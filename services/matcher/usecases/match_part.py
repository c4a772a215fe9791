"""Match one part: join by seq, compare or read the status, keep the result, open reviews."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from services.matcher.domain.answers import KEPT
from services.matcher.domain.table import Table
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_of, drop_pieces, keep_reviews, part_of, pieces_of, ref_of, slices_of
from services.matcher.storage.tables import Batch, Piece, Slice
from services.matcher.usecases.destroy_copies import destroy_copies, doom
from services.matcher.usecases.finish_matching import finish_when_matched
from services.matcher.usecases.guard_deaths import Guard, guarding
from services.matcher.usecases.match_current import match_current
from services.matcher.usecases.match_provisional import match_provisional
from services.matcher.usecases.matched import Matched, plan_key
from services.matcher.usecases.rules_in_force import day_of, table_in_force
from shared.blobs.columns import get_frame, put_frame
from shared.blobs.ref import BlobRef
from shared.bus.handling import Effect
from shared.calendar.retention import add_months
from shared.db import Work
from shared.events.matcher import PartDone, PartRequested, ReviewOpened
from shared.telemetry.stages import stage
from shared.trail import Access, Actor

JOB: Final = Actor.job("matcher.match-part")
EVIDENCE_KEY: Final = "evidence"


@dataclass(frozen=True, slots=True)
class _SliceDone:
    id: str
    result: BlobRef
    told: BlobRef | None
    evidence: BlobRef | None
    outcomes: dict[str, int]
    in_review: int


async def match_part(parts: MatcherParts, event: PartRequested) -> Effect | None:
    """One part's result; None where it is done already. Any number of workers may match parts side by side."""
    return await asyncio.to_thread(_prepare, parts, event)


@stage("matcher.match")
def _prepare(parts: MatcherParts, event: PartRequested) -> Effect | None:
    # The answer file's parts are stored by now, so the raw file goes before anything else happens.
    destroy_copies(parts, parts.clock.now())
    part = parts.db.read_now(lambda session: part_of(session, event.batch_id, event.part))
    if part is None or part.state != "requested":
        return None
    batch = parts.db.read_now(lambda session: batch_of(session, event.batch_id))
    slices = parts.db.read_now(lambda session: slices_of(session, event.batch_id, event.part))
    pieces = parts.db.read_now(lambda session: pieces_of(session, event.batch_id, event.part))
    answers = _answers(parts, pieces, batch.kind)
    if batch.kind == "provisional":
        matched = match_provisional(parts, slices, answers, table=_table(parts, batch))
    else:
        matched = match_current(parts, slices, answers)
    done = _store(parts, slices, matched)
    months = parts.settings.evidence_kept_months
    guard = guarding(parts, slices, matched)
    return lambda work: _apply(work, event, matched, done, pieces, guard, evidence_months=months)


def _table(parts: MatcherParts, batch: Batch) -> Table:
    """The table of the day on which the answers came: one for all parts, whenever each of them is matched."""
    day = day_of(batch.answered_at or parts.clock.now())
    return parts.db.read_now(lambda session: table_in_force(session, day))


def _answers(parts: MatcherParts, pieces: Sequence[Piece], kind: str) -> pl.DataFrame:
    frames = [get_frame(parts.blobs, ref_of(one.blob)) for one in pieces]
    return pl.concat(frames) if frames else _no_answers(kind)


def _no_answers(kind: str) -> pl.DataFrame:
    """A part whose numbers are all unknown asks nothing."""
    numbers = {"my_number_sealed": pl.Binary} if kind == "my_number" else {}
    texts = {name: pl.String for name in KEPT if name != "candidate"}
    return pl.DataFrame(schema={"seq": pl.Int64, "candidate": pl.Int64, "candidates": pl.Int64, **texts, **numbers})


def _store(parts: MatcherParts, slices: Sequence[Slice], matched: Matched) -> list[_SliceDone]:
    replies = matched.replies.partition_by("slice", as_dict=True, include_key=False)
    told, evidence = _by_slice(matched.told), _by_slice(matched.evidence)
    doubted: dict[str, list[int]] = defaultdict(list)
    for review in matched.reviews:
        doubted[review["slice_id"]].append(review["serial"])
    done = []
    for one in slices:
        place, key = (one.position,), plan_key(one.plan_number)
        rows = replies[place]
        done.append(
            _SliceDone(
                id=one.id,
                result=put_frame(parts.blobs, rows, purpose="reply", key=key),
                told=_put(parts, told.get(place), purpose="told", key=key),
                evidence=_put(parts, evidence.get(place), purpose="evidence", key=EVIDENCE_KEY),
                outcomes=_outcomes(rows.filter(~pl.col("serial").is_in(doubted[one.id])), matched.outcome),
                in_review=len(doubted[one.id]),
            )
        )
    return done


def _by_slice(frame: pl.DataFrame | None) -> Mapping[tuple[object, ...], pl.DataFrame]:
    return {} if frame is None else frame.partition_by("slice", as_dict=True, include_key=False)


def _put(parts: MatcherParts, frame: pl.DataFrame | None, *, purpose: str, key: str) -> BlobRef | None:
    return None if frame is None else put_frame(parts.blobs, frame, purpose=purpose, key=key)


def _outcomes(rows: pl.DataFrame, column: str) -> dict[str, int]:
    counted = rows.filter(pl.col(column) != "").group_by(column).len().sort(column)
    return dict(zip(counted[column].to_list(), counted["len"].to_list(), strict=True))


def _apply(
    work: Work,
    event: PartRequested,
    matched: Matched,
    done: Sequence[_SliceDone],
    pieces: Sequence[Piece],
    guard: Guard,
    *,
    evidence_months: int,
) -> None:
    batch = batch_of(work.session, event.batch_id)
    part = part_of(work.session, event.batch_id, event.part)
    if part is None or part.state != "requested":
        return
    part.state, part.done_at, part.in_review = "done", work.now, len(matched.reviews)
    batch.rules = matched.rules
    _keep_slices(work, done)
    _keep_evidence(work, batch.id, done, evidence_months)
    _open_reviews(work, event, matched)
    guard(work, batch)
    for piece in pieces:
        doom(work, ref_of(piece.blob), what="exchange_file", batch_id=batch.id)
    drop_pieces(work.session, batch.id, event.part)
    outcomes = _summed(done)
    work.announce(PartDone(batch_id=batch.id, part=event.part, outcomes=outcomes), subject=f"{batch.id}/{event.part}")
    work.record(Access(JOB, "matcher.part.match", "batch", batch.id, subjects=part.rows, case=batch.id))
    finish_when_matched(work, batch)


def _keep_slices(work: Work, done: Sequence[_SliceDone]) -> None:
    for one in done:
        row = work.session.get_one(Slice, one.id)
        row.result = one.result.model_dump()
        row.told = None if one.told is None else one.told.model_dump()
        row.outcomes, row.in_review = one.outcomes, one.in_review


def _keep_evidence(work: Work, batch_id: str, done: Sequence[_SliceDone], months: int) -> None:
    """It lies beside the results from the same moment, and its last day is set with it."""
    for one in done:
        if one.evidence is not None:
            work.session.get_one(Slice, one.id).evidence = one.evidence.model_dump()
            doom(work, one.evidence, what="evidence", batch_id=batch_id, at=add_months(work.now, months))


def _open_reviews(work: Work, event: PartRequested, matched: Matched) -> None:
    rows = [{**review, "rules": matched.rules, "opened_at": work.now, "state": "open"} for review in matched.reviews]
    keep_reviews(work.session, rows)
    opened = ReviewOpened(batch_id=event.batch_id, part=event.part, review_ids=tuple(row["id"] for row in rows))
    work.announce(opened, subject=f"{event.batch_id}/{event.part}")


def _summed(done: Sequence[_SliceDone]) -> dict[str, int]:
    total: dict[str, int] = {}
    for one in done:
        for outcome, count in one.outcomes.items():
            total[outcome] = total.get(outcome, 0) + count
    return dict(sorted(total.items()))
