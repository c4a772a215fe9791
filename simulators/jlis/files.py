"""Reading `jlis-inquiry-1` and writing `jlis-answer-1` as streams."""

import csv
import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import polars as pl

CHUNK = 20_000  # inquiries in memory at a time
KINDS = ("1", "2", "3")
DATA_FIELDS = ("seq", "resident_code", "kana", "kanji", "birth", "sex", "address")
ANSWER_FIELDS = (
    "seq", "result", "candidate", "candidates", "resident_code", "my_number", "kana", "kanji",
    "birth", "sex", "postal_code", "address", "municipality", "reason", "reason_date",
)  # fmt: skip


class BadInquiry(Exception):
    """The inquiry file does not keep its layout; says where, never what stood there."""


@dataclass(frozen=True)
class Header:
    """The header of an inquiry file."""

    batch: str
    kind: str
    cycle: str
    created: datetime


class InquiryReader:
    """The header at once, then the data in chunks; the trailer is checked at the end."""

    def __init__(self, source: BinaryIO) -> None:
        self._lines = iter(source)
        self._digest = hashlib.sha256()
        self.count = 0
        self.header = self._header()

    def chunks(self) -> Iterator[pl.DataFrame]:
        """Frames of at most CHUNK inquiries: seq as a number, the other fields as text."""
        held: list[bytes] = []
        pending = next(self._lines, b"")
        for line in self._lines:
            self._digest.update(pending)
            held.append(pending)
            pending = line
            if len(held) == CHUNK:
                yield self._frame(held)
                held = []
        if held:
            yield self._frame(held)
        self._check_trailer(pending)

    def _header(self) -> Header:
        line = next(self._lines, b"")
        self._digest.update(line)
        fields = _fields(line, 1)
        if len(fields) != 5 or fields[0] != "H" or fields[2] not in KINDS:
            raise BadInquiry("line 1: no header")
        try:
            created = datetime.fromisoformat(fields[4])
        except ValueError:
            raise BadInquiry("line 1: time of creation") from None
        return Header(fields[1], fields[2], fields[3], created)

    def _frame(self, lines: list[bytes]) -> pl.DataFrame:
        first = self.count + 1
        try:
            rows = list(csv.reader(io.StringIO(b"".join(lines).decode(), newline="")))
        except UnicodeDecodeError:
            raise BadInquiry(f"line {first + 1} or later: not UTF-8") from None
        for seq, row in enumerate(rows, first):
            if len(row) != len(DATA_FIELDS) + 1 or row[0] != "D" or row[1] != str(seq):
                raise BadInquiry(f"line {seq + 1}: no data record, or its number is not the next")
        self.count += len(rows)
        frame = pl.DataFrame([row[1:] for row in rows], schema=DATA_FIELDS, orient="row")
        return frame.with_columns(pl.col("seq").cast(pl.Int64))

    def _check_trailer(self, line: bytes) -> None:
        fields = _fields(line, self.count + 2)
        if len(fields) != 3 or fields[0] != "T":
            raise BadInquiry("no trailer")
        if fields[1] != str(self.count):
            raise BadInquiry("the trailer has another number of records")
        if fields[2] != self._digest.hexdigest():
            raise BadInquiry("the trailer has another digest")


def _fields(line: bytes, number: int) -> list[str]:
    try:
        return next(csv.reader([line.decode().rstrip("\r\n")]), [])
    except (UnicodeDecodeError, csv.Error):
        raise BadInquiry(f"line {number}: unreadable") from None


class AnswerWriter:
    """Writes an answer file beside its place and moves it there when it is whole."""

    def __init__(self, place: Path, header: Header, answered_at: datetime, as_of: date) -> None:
        self._place, self._draft = place, place.with_name(place.name + ".part")
        self._file = self._draft.open("wb")
        self._digest = hashlib.sha256()
        self._records = 0
        self._put(f"H,{header.batch},{header.kind},{answered_at.isoformat()},{as_of:%Y%m%d}\n".encode())

    def write(self, answers: pl.DataFrame) -> None:
        """Appends rows with the columns ANSWER_FIELDS."""
        text = answers.select(
            pl.lit("D"), *(pl.col(name).cast(pl.String).replace({"": None}) for name in ANSWER_FIELDS)
        )
        self._put(text.write_csv(include_header=False, line_terminator="\n").encode())
        self._records += len(answers)

    def __enter__(self) -> "AnswerWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._file.write(f"T,{self._records},{self._digest.hexdigest()}\n".encode())
            self._file.flush()
            os.fsync(self._file.fileno())
        self._file.close()
        if kind is None:
            os.replace(self._draft, self._place)
        else:
            self._draft.unlink(missing_ok=True)

    def _put(self, data: bytes) -> None:
        self._digest.update(data)
        self._file.write(data)
