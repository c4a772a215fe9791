"""One reader for every layout: bytes in, frames of records out, constant memory; no line takes another with it."""

import csv
from collections.abc import Iterator
from typing import Final

import polars as pl

from shared.layouts.charsets import decode
from shared.layouts.layout import Layout, RecordSpec
from shared.layouts.lines import Lines, Source

FRAME_RECORDS: Final = 50_000
_BAD_LINES: Final = {"line": pl.Int32, "code": pl.String}


class Reading:
    """One file being read. The header is there at once; trailer, counts and digests after the last frame."""

    def __init__(self, layout: Layout, source: Source, kind: str | None = None) -> None:
        self.layout = layout
        self._lines = Lines(source)
        self._bad: list[tuple[int, str]] = []
        self.charset = layout.charsets[0]
        self.first_fields = self._first()
        self.header = self._named("header", self.first_fields)
        self._choose_charset()
        self.kind = (self.header or {}).get("kind") or kind or ""
        self.trailer: dict[str, str] | None = None
        self.last_fields: list[str] = []
        self.records = 0
        self.lines = 1 if self._lines.first else 0

    @property
    def size(self) -> int:
        """How many bytes were read."""
        return self._lines.size

    @property
    def sha256(self) -> str:
        """The digest of all bytes, in hex."""
        return self._lines.sha256

    @property
    def sha256_before_trailer(self) -> str:
        """The digest of all bytes before the last line, in hex."""
        return self._lines.sha256_before_tail

    @property
    def bad_lines(self) -> pl.DataFrame:
        """Lines whose bytes are not in the character set (F01); they are in no frame."""
        return pl.DataFrame(self._bad, schema=_BAD_LINES, orient="row")

    def frames(self) -> Iterator[pl.DataFrame]:
        """The lines between header and trailer, at most 50,000 a frame; see `columns_of` for the columns."""
        record = self.layout.record("data", self.kind)
        for block in self._lines.blocks():
            texts = self._texts(block)
            yield from self._cut(texts, record)
            self.lines += len(texts)
        yield from self._last(record)

    def _cut(self, texts: list[str], record: RecordSpec) -> Iterator[pl.DataFrame]:
        for start in range(0, len(texts), FRAME_RECORDS):
            frame = split_fields(texts[start : start + FRAME_RECORDS], record, first_line=self.lines + 1 + start)
            if frame.height:
                self.records += frame.height
                yield frame

    def _last(self, record: RecordSpec) -> Iterator[pl.DataFrame]:
        if not self._lines.tail:
            return
        texts = self._texts(self._lines.tail + b"\n")
        self.last_fields = _fields_of(texts[0])
        self.trailer = self._named("trailer", self.last_fields)
        if self.trailer is None and self.last_fields[:1] != [self.layout.record("trailer").type]:
            yield from self._cut(texts, record)
        self.lines += 1

    def _first(self) -> list[str]:
        try:
            return _fields_of(decode(self._lines.first, "utf-8" if self._lines.has_bom else self.charset))
        except UnicodeDecodeError:
            return []

    def _named(self, record: str, fields: list[str]) -> dict[str, str] | None:
        spec = self.layout.record(record)
        if len(fields) != len(spec.fields) + 1 or fields[0] != spec.type:
            return None
        return dict(zip(spec.columns, fields[1:], strict=True))

    def _choose_charset(self) -> None:
        declared = (self.header or {}).get("charset", "")
        if declared in self.layout.charsets:
            self.charset = declared
            if self._lines.has_bom and declared != "utf-8":
                self._bad.append((1, "F01"))
        elif self._lines.has_bom:
            self.charset = "utf-8"

    def _texts(self, block: bytes) -> list[str]:
        """The block's lines as text; a line with foreign bytes is noted and becomes empty."""
        try:
            return decode(block, self.charset).removesuffix("\n").split("\n")
        except UnicodeDecodeError:
            return [
                self._text(line, self.lines + 1 + at) for at, line in enumerate(block.removesuffix(b"\n").split(b"\n"))
            ]

    def _text(self, line: bytes, number: int) -> str:
        try:
            return decode(line, self.charset)
        except UnicodeDecodeError:
            self._bad.append((number, "F01"))
            self.records += 1
            return ""


def read(layout: Layout, source: Source, kind: str | None = None) -> Reading:
    """Start reading; `kind` (a header's code) counts when the header does not say. No bytes make it raise."""
    return Reading(layout, source, kind)


def split_fields(texts: list[str], record: RecordSpec, first_line: int) -> pl.DataFrame:
    """Lines as columns: line, width (fields found; 0 where quotes do not close), record_type, then the record's fields.

    Blank lines are left out. Missing fields are null, surplus ones dropped.
    """
    columns = ("record_type", *record.columns)
    lines = pl.DataFrame(
        {"line": pl.int_range(first_line, first_line + len(texts), dtype=pl.Int32, eager=True), "text": texts}
    )
    lines = lines.with_columns(pl.col("text").str.strip_suffix("\r")).filter(pl.col("text") != "")
    quoted = lines["text"].str.contains('"', literal=True)
    if not quoted.any():
        return _split_plain(lines, columns)
    plain = _split_plain(lines.filter(~quoted), columns)
    return pl.concat([plain, _split_quoted(lines.filter(quoted), columns)]).sort("line")


def _split_plain(lines: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    fields = pl.col("text").str.splitn(",", len(columns) + 1).struct.rename_fields([*columns, "surplus"])
    width = (pl.col("text").str.count_matches(",", literal=True) + 1).cast(pl.Int32)
    return lines.select("line", width.alias("width"), fields.struct.unnest()).drop("surplus")


def _split_quoted(lines: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    rows = []
    for number, text in lines.iter_rows():
        fields = _fields_of(text)
        padded = [*fields[: len(columns)], *([None] * (len(columns) - len(fields)))]
        rows.append((number, len(fields), *padded))
    schema = {"line": pl.Int32, "width": pl.Int32} | dict.fromkeys(columns, pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _fields_of(text: str) -> list[str]:
    """One line's fields; none where its quotes do not close."""
    if '"' not in text:
        return text.rstrip("\r").split(",")
    try:
        return next(csv.reader([text.rstrip("\r")], strict=True), [])
    except csv.Error:
        return []
