"""Build the batch of one kind: seqs over all its requests, and the inquiry file, as one stream."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from services.matcher.domain.batch import Act, State, after
from services.matcher.domain.parts import Span, seq_bounds, spans
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_for, batch_of, keep_built
from services.matcher.storage.ledger import Ledger
from services.matcher.storage.tables import Batch
from shared.blobs.columns import get_frame, put_frame
from shared.blobs.ref import BlobRef
from shared.bus.handling import Effect
from shared.db import Work
from shared.events.intake import ClosedRequest, CycleClosed, Kind
from shared.events.matcher import BatchReady
from shared.ids import new_id
from shared.layouts import KIND_CODES, layout
from shared.layouts.columns import write
from shared.telemetry.stages import stage
from shared.trail import Access, Actor

JOB: Final = Actor.job("matcher.build-batch")
ASKED_ITEMS: Final = ("name_kana", "name_kanji", "birth_date", "sex", "address")


@dataclass
class _Asking:
    """What the stream leaves behind: where each chunk's questions are kept, and how many seqs it got."""

    request: list[ClosedRequest] = field(default_factory=list)
    source: list[BlobRef] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    next_seq: int = 1

    def note(self, request: ClosedRequest, source: BlobRef, asked: int) -> None:
        self.request.append(request)
        self.source.append(source)
        self.asked.append(asked)
        self.next_seq += asked


@stage("matcher.build")
def build_batch(parts: MatcherParts, event: CycleClosed, kind: Kind, requests: Sequence[ClosedRequest]) -> Effect:
    """The batch `building`, its inquiry file written; the effect makes it `ready`. A second run changes nothing."""
    batch_id, state = parts.db.write_now(lambda work: _open(work, event, kind))
    if state != State.BUILDING:
        return lambda work: None
    asking = _Asking()
    questions = _questions(parts, kind, requests, asking)
    header = {
        "batch_id": batch_id,
        "kind": KIND_CODES[kind],
        "cycle": event.cycle,
        "created": parts.clock.now().isoformat(timespec="seconds"),
    }
    with parts.blobs.create(purpose="jlis-inquiry", key="jlis") as file:
        for block in write(layout("jlis-inquiry-1"), header, questions):
            file.write(block)
        file.records = asking.next_seq - 1
    placed = spans(
        [(ref.records, asked) for ref, asked in zip(asking.source, asking.asked, strict=True)],
        largest=parts.settings.part_rows,
    )
    return lambda work: _make_ready(work, batch_id, requests, asking, placed, file.ref)


def _open(work: Work, event: CycleClosed, kind: Kind) -> tuple[str, str]:
    batch = batch_for(work.session, event.cycle, kind)
    if batch is None:
        batch = Batch(id=new_id(), cycle=event.cycle, kind=kind, state=State.BUILDING, made_at=work.now)
        work.session.add(batch)
    return batch.id, batch.state


def _questions(
    parts: MatcherParts, kind: Kind, requests: Sequence[ClosedRequest], asking: _Asking
) -> Iterator[pl.DataFrame]:
    for request in requests:
        for ref in request.chunks:
            frame = get_frame(parts.blobs, ref)
            if kind == "provisional":
                yield _with_seq(frame.select(ASKED_ITEMS), asking.next_seq)
                asking.note(request, ref, frame.height)
            else:
                resolved = _resolved(parts, request.plan_number, frame, asking.next_seq)
                yield resolved.filter(pl.col("seq").is_not_null()).select("seq", "resident_code")
                kept = resolved.drop("resident_code")
                source = put_frame(parts.blobs, kept, purpose="asked", key=f"plan/{request.plan_number}")
                asking.note(request, source, resolved.height - resolved["seq"].null_count())


def _with_seq(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    return frame.with_columns(seq=pl.int_range(first, first + pl.len(), dtype=pl.Int32))


def _resolved(parts: MatcherParts, plan_number: str, frame: pl.DataFrame, first: int) -> pl.DataFrame:
    """Numbers turned into resident codes. An unknown or deleted one gets no seq: the registry is not asked about it."""
    ledger = Ledger(parts.db, parts.keyring)
    people = ledger.people(plan_number, frame["inquiry_number"].to_list()).select("inquiry_number", "resident_code")
    rows = frame.select("serial", "member_id", "inquiry_number").join(
        people, on="inquiry_number", how="left", maintain_order="left"
    )
    known = pl.col("resident_code").is_not_null()
    seq = (known.cast(pl.Int32).cum_sum() + (first - 1)).cast(pl.Int32)
    return rows.with_columns(seq=pl.when(known).then(seq))


def _make_ready(
    work: Work,
    batch_id: str,
    requests: Sequence[ClosedRequest],
    asking: _Asking,
    placed: Sequence[Span],
    inquiry_file: BlobRef,
) -> None:
    batch = batch_of(work.session, batch_id)
    if batch.state != State.BUILDING:
        return
    batch.state = after(batch.state, Act.BUILD)
    batch.inquiries = sum(span.rows for span in placed)
    batch.asked = inquiry_file.records
    batch.requests = len(requests)
    batch.part_count = placed[-1].part + 1 if placed else 0
    batch.inquiry_file = inquiry_file.model_dump()
    batch.ready_at = work.now
    _keep(work, batch, requests, asking, placed)
    work.announce(
        BatchReady(batch_id=batch.id, cycle=batch.cycle, kind=requests[0].kind, inquiries=batch.inquiries),
        subject=batch.id,
    )
    work.record(Access(JOB, "matcher.batch.build", "batch", batch.id, subjects=batch.inquiries, case=batch.cycle))


def _keep(work: Work, batch: Batch, requests: Sequence[ClosedRequest], asking: _Asking, placed: Sequence[Span]) -> None:
    askers = [
        {
            "request_id": one.request_id,
            "batch_id": batch.id,
            "plan_number": one.plan_number,
            "line": one.model_dump(mode="json"),
        }
        for one in requests
    ]
    bounds = seq_bounds(placed)
    rows_of = [0] * batch.part_count
    for span in placed:
        rows_of[span.part] += span.rows
    cut = [
        {"batch_id": batch.id, "part": part, "first_seq": bounds[part], "end_seq": bounds[part + 1], "rows": rows}
        for part, rows in enumerate(rows_of)
    ]
    slices = [_slice_row(batch, position, asking, span) for position, span in enumerate(placed)]
    keep_built(work.session, askers=askers, parts=cut, slices=slices)


def _slice_row(batch: Batch, position: int, asking: _Asking, span: Span) -> dict[str, object]:
    request = asking.request[position]
    return {
        "id": new_id(),
        "batch_id": batch.id,
        "part": span.part,
        "position": position,
        "request_id": request.request_id,
        "plan_number": request.plan_number,
        "first_seq": span.first_seq,
        "asked": span.asked,
        "rows": span.rows,
        "source": asking.source[position].model_dump(),
    }
