"""Cut an answer file into parts while it is read once: checked, counted, individual numbers sealed, constant memory."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
import polars as pl

from services.matcher.domain.answers import FIELDS, KEPT, well_formed
from services.matcher.domain.tally import Imbalance, Tally, imbalance
from shared.blobs.columns import put_frame
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.layouts.columns import FrameReading

DATA: Final = "D"
# Enough to name the first thousand; a file of nothing but garbage must not fill the memory.
BAD_FRAMES_KEPT: Final = 20
Seal = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Cut:
    """An answer file that balances: its pieces by part, how many seqs are answered, and the registry's day."""

    pieces: Sequence[tuple[int, BlobRef]]
    answered: int
    registry_as_of: str


class Cutter:
    """Holds at most `most` rows; beyond that the fullest part's rows go to a blob of their own."""

    def __init__(self, blobs: BlobStore, bounds: Sequence[int], *, most: int) -> None:
        self._blobs = blobs
        self._bounds = np.asarray(bounds[1:-1], dtype=np.int64)
        self._most = most
        self._held: dict[int, list[pl.DataFrame]] = defaultdict(list)
        self._rows: dict[int, int] = defaultdict(int)
        self.pieces: list[tuple[int, BlobRef]] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Route rows by seq, in any order."""
        part = np.searchsorted(self._bounds, frame["seq"].to_numpy(), side="right")
        routed = frame.with_columns(part=pl.Series(part, dtype=pl.Int32))
        for (at,), rows in routed.partition_by("part", as_dict=True, include_key=False).items():
            self._held[int(at)].append(rows)
            self._rows[int(at)] += rows.height
        while sum(self._rows.values()) > self._most:
            self._spill(max(self._rows, key=lambda at: self._rows[at]))

    def finish(self) -> None:
        """Write what is still held."""
        for part in sorted(self._held):
            self._spill(part)

    def discard(self) -> None:
        """Destroy what was written."""
        for _, ref in self.pieces:
            self._blobs.destroy(ref)
        self.pieces.clear()

    def _spill(self, part: int) -> None:
        rows = pl.concat(self._held.pop(part))
        self._rows.pop(part)
        self.pieces.append((part, put_frame(self._blobs, rows, purpose="answers", key="jlis")))


def cut_answers(
    reading: FrameReading, *, batch_id: str, kind_code: str, asked: int, cutter: Cutter, seal: Seal
) -> Cut | Imbalance:
    """Read all of the file. Pieces stand only when every seq is answered exactly once; else the first fault is told."""
    header = reading.header
    if header is None or not _header_fits(header, batch_id, kind_code):
        return Imbalance("answer-header", (), 0)
    tally, bad, bad_in_all = Tally(asked), list[pl.DataFrame](), 0
    for frame in reading.frames():
        data, wrong = _split(frame)
        bad_in_all += wrong.height
        if len(bad) < BAD_FRAMES_KEPT:
            bad.append(wrong.select(pl.col("seq").cast(pl.Int64, strict=False).drop_nulls()))
        numbers = {name: data[name].to_numpy() for name in ("seq", "result_code", "candidate", "candidates")}
        tally.add(
            seq=numbers["seq"],
            result=numbers["result_code"],
            candidate=numbers["candidate"],
            candidates=numbers["candidates"],
        )
        known = data.filter(pl.col("seq").is_between(1, asked))
        if known.height:
            cutter.add(seal(known))
    fault = _trailer_fault(reading) or _bad_records(bad, bad_in_all + len(reading.bad_lines)) or tally.problem()
    if fault is not None:
        cutter.discard()
        return fault
    cutter.finish()
    return Cut(tuple(cutter.pieces), tally.answered, header["registry_as_of"])


def _header_fits(header: dict[str, str], batch_id: str, kind_code: str) -> bool:
    try:
        datetime.fromisoformat(header["answered_at"])
        date(int(header["registry_as_of"][:4]), int(header["registry_as_of"][4:6]), int(header["registry_as_of"][6:]))
    except ValueError:
        return False
    return (header["batch_id"], header["kind"]) == (batch_id, kind_code) and len(header["registry_as_of"]) == 8


def _split(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Data records that can be understood, numbers as numbers, and the lines that cannot."""
    texts = frame.with_columns(pl.col(FIELDS).fill_null(""))
    fits = (pl.col("record_type") == DATA) & (pl.col("width") == len(FIELDS) + 1) & well_formed()
    checked = texts.with_columns(fits=fits.fill_null(value=False))
    good = checked.filter("fits").select(
        pl.col("seq").cast(pl.Int64),
        pl.col("result").cast(pl.Int64).alias("result_code"),
        pl.col("candidate").cast(pl.Int64, strict=False).fill_null(1),
        pl.col("candidates").cast(pl.Int64, strict=False).fill_null(0),
        *(pl.col(name) for name in (*KEPT, "my_number") if name != "candidate"),
    )
    one_of_one = pl.when(pl.col("candidates") == 0, pl.col("result") == "0").then(1).otherwise("candidates")
    return good.with_columns(candidates=one_of_one), checked.filter(~pl.col("fits"))


def _trailer_fault(reading: FrameReading) -> Imbalance | None:
    trailer = reading.trailer
    if trailer is None:
        return Imbalance("answer-trailer", (), 0)
    if trailer["sha256"].lower() != reading.sha256_before_trailer:
        return Imbalance("answer-digest", (), 0)
    if not trailer["records"].isdigit() or int(trailer["records"]) != reading.records:
        return Imbalance("answer-count", (), 0)
    return None


def _bad_records(bad: Sequence[pl.DataFrame], in_all: int) -> Imbalance | None:
    if not in_all:
        return None
    seqs = pl.concat([pl.DataFrame(schema={"seq": pl.Int64}), *bad])["seq"].to_numpy()
    return Imbalance("answer-record-malformed", imbalance("", seqs).seqs, in_all)
