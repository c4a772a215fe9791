"""Check an answer file and cut it into parts; or stop the batch and name the seqs that do not balance."""

import asyncio
from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from services.matcher.domain.batch import Act, State, after
from services.matcher.domain.tally import Imbalance
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_of, keep_pieces, parts_of_batch, ref_of, slices_of
from services.matcher.storage.tables import Batch, Slice
from services.matcher.usecases.cut_answers import Cut, Cutter, Seal, cut_answers
from services.matcher.usecases.destroy_copies import doom
from services.matcher.usecases.finish_matching import finish_when_matched
from services.matcher.usecases.store_answer import DAMAGED
from services.matcher.usecases.words import kind_of
from shared.blobs.columns import get_frame
from shared.blobs.errors import BlobDamaged, BlobGone
from shared.bus.handling import Effect
from shared.db import Work
from shared.events.matcher import AnswerFileStored, BatchBalanceFailed, PartRequested
from shared.layouts import KIND_CODES, layout
from shared.layouts.columns import read
from shared.trail import Access, Actor

JOB: Final = Actor.job("matcher.check-answer")
NUMBER_KEY: Final = "my_number"
NUMBER_PLACE: Final = "reply.my_number"


async def check_answer(parts: MatcherParts, event: AnswerFileStored) -> Effect | None:
    """The file that is stored now; None where it was checked already."""
    return await asyncio.to_thread(_prepare, parts, event.batch_id)


def _prepare(parts: MatcherParts, batch_id: str) -> Effect | None:
    batch = parts.db.read_now(lambda session: batch_of(session, batch_id))
    if batch.state != State.ANSWERING or batch.answer_file is None:
        return None
    file = ref_of(batch.answer_file)
    found = _cut(parts, batch)

    def effect(work: Work) -> None:
        now = batch_of(work.session, batch_id)
        if now.state != State.ANSWERING or now.answer_file != file.model_dump():
            return
        if isinstance(found, Cut):
            _accept(work, now, found)
        else:
            _stop(work, now, found)

    return effect


def _cut(parts: MatcherParts, batch: Batch) -> Cut | Imbalance:
    """A stored file that has become unreadable stops the batch too, so that J-LIS's copy of it can be stored again."""
    cut = parts.db.read_now(lambda session: parts_of_batch(session, batch.id))
    bounds = [*(part.first_seq for part in cut), cut[-1].end_seq] if cut else [1, 1]
    cutter = Cutter(parts.blobs, bounds, most=parts.settings.spill_rows)
    seal = _sealer(parts, batch)
    try:
        with parts.blobs.open(ref_of(batch.answer_file)) as source:
            return cut_answers(
                read(layout("jlis-answer-1"), source),
                batch_id=batch.id,
                kind_code=KIND_CODES[kind_of(batch)],
                asked=batch.asked,
                cutter=cutter,
                seal=seal,
            )
    except (BlobDamaged, BlobGone):
        cutter.discard()
        return Imbalance(DAMAGED, (), 0)


def _sealer(parts: MatcherParts, batch: Batch) -> Seal:
    """Individual numbers are sealed for the reply row that they will stand in; an answer of another kind keeps none."""
    if batch.kind != "my_number":
        return lambda frame: frame.drop("my_number", "result_code")
    rows = _RowNames(parts, parts.db.read_now(lambda session: slices_of(session, batch.id)), batch.asked)
    cipher = parts.keyring.field_cipher(NUMBER_KEY)

    def seal(frame: pl.DataFrame) -> pl.DataFrame:
        given = frame["my_number"] != ""
        some = frame.filter(given)
        sealed = iter(cipher.encrypt_many(some["my_number"].to_list(), place=NUMBER_PLACE, rows=rows.of(some["seq"])))
        column = [next(sealed) if is_given else b"" for is_given in given]
        return frame.drop("my_number", "result_code").with_columns(my_number_sealed=pl.Series(column, dtype=pl.Binary))

    return seal


class _RowNames:
    """Which reply row a seq belongs to, in eight bytes a seq."""

    def __init__(self, parts: MatcherParts, slices: Sequence[Slice], asked: int) -> None:
        self._requests = [one.request_id for one in slices]
        self._slice = np.zeros(asked + 1, dtype=np.int32)
        self._serial = np.zeros(asked + 1, dtype=np.int32)
        for position, one in enumerate(slices):
            known = get_frame(parts.blobs, ref_of(one.source)).drop_nulls("seq")
            self._slice[known["seq"].to_numpy()] = position
            self._serial[known["seq"].to_numpy()] = known["serial"].to_numpy()

    def of(self, seqs: pl.Series) -> list[str]:
        at = seqs.to_numpy()
        pairs = zip(self._slice[at].tolist(), self._serial[at].tolist(), strict=True)
        return [f"{self._requests[position]}/{serial}" for position, serial in pairs]


def _accept(work: Work, batch: Batch, cut: Cut) -> None:
    """The pieces stand, so the raw file and the inquiry file are no longer needed."""
    batch.state = after(batch.state, Act.ACCEPT_ANSWER)
    batch.answered, batch.registry_as_of, batch.answered_at = cut.answered, cut.registry_as_of, work.now
    pieces = [{"id": ref.id, "batch_id": batch.id, "part": part, "blob": ref.model_dump()} for part, ref in cut.pieces]
    keep_pieces(work.session, batch.id, pieces)
    for stored in (batch.answer_file, batch.inquiry_file):
        doom(work, ref_of(stored), what="exchange_file", batch_id=batch.id)
    batch.inquiry_file = None
    for part in range(batch.part_count):
        work.announce(PartRequested(batch_id=batch.id, part=part), subject=f"{batch.id}/{part}")
    work.record(Access(JOB, "matcher.answer.accept", "batch", batch.id, subjects=cut.answered, case=batch.id))
    finish_when_matched(work, batch)


def _stop(work: Work, batch: Batch, found: Imbalance) -> None:
    batch.state = after(batch.state, Act.FAIL_BALANCE)
    batch.balance_code, batch.balance_seqs, batch.balance_in_all = found.code, list(found.seqs), found.in_all
    work.announce(
        BatchBalanceFailed(
            batch_id=batch.id,
            cycle=batch.cycle,
            kind=kind_of(batch),
            code=found.code,
            seqs=found.seqs,
            seqs_in_all=found.in_all,
        ),
        subject=batch.id,
    )
    refused = Access(
        JOB, "matcher.answer.accept", "batch", batch.id, outcome="refused", reason=found.code, case=batch.id
    )
    work.record(refused)
