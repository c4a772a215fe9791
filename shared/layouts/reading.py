"""One reader for every layout: bytes in, lines and their fields out, constant memory; no line takes another with it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shared.layouts.charsets import decode
from shared.layouts.layout import Layout
from shared.layouts.lines import Lines, Source

CHUNK_LINES: Final = 50_000


@dataclass(frozen=True)
class Chunk:
    """Neighbouring lines, at most 50,000, as text; those that are blank or in foreign bytes hold nothing."""

    first_line: int
    texts: list[str]


class Reading:
    """One file being read. The header is there at once; trailer, counts and digests after the last chunk."""

    def __init__(self, layout: Layout, source: Source, kind: str | None = None) -> None:
        """`kind` (a header's code) counts when the header does not say. No bytes make it raise."""
        self.layout = layout
        self._lines = Lines(source)
        self.bad_lines: list[tuple[int, str]] = []
        """Lines whose bytes are not in the character set, with F01; they are in no chunk."""
        self.charset = layout.charsets[0]
        self.first_fields = self._first()
        self.header = self._named("header", self.first_fields)
        self._choose_charset()
        self.kind = (self.header or {}).get("kind") or kind or ""
        self.data_record = layout.record("data", self.kind)
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

    def chunks(self) -> Iterator[Chunk]:
        """The lines between header and trailer; `records` counts those that are not blank, the chunk's included."""
        for block in self._lines.blocks():
            texts = self._texts(block)
            yield from self._cut(texts)
            self.lines += len(texts)
        yield from self._last()

    def _cut(self, texts: list[str]) -> Iterator[Chunk]:
        for start in range(0, len(texts), CHUNK_LINES):
            part = texts[start : start + CHUNK_LINES]
            self.records += len(part) - part.count("") - part.count("\r")
            yield Chunk(self.lines + 1 + start, part)

    def _last(self) -> Iterator[Chunk]:
        if not self._lines.tail:
            return
        texts = self._texts(self._lines.tail + b"\n")
        self.last_fields = fields_of(texts[0].rstrip("\r"))
        self.trailer = self._named("trailer", self.last_fields)
        if self.trailer is None and self.last_fields[:1] != [self.layout.record("trailer").type]:
            yield from self._cut(texts)
        self.lines += 1

    def _first(self) -> list[str]:
        try:
            return fields_of(decode(self._lines.first, "utf-8" if self._lines.has_bom else self.charset))
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
                self.bad_lines.append((1, "F01"))
        elif self._lines.has_bom:
            self.charset = "utf-8"

    def _texts(self, block: bytes) -> list[str]:
        """The block's lines as text; a line with foreign bytes is noted and becomes empty."""
        try:
            return decode(block, self.charset).removesuffix("\n").split("\n")
        except UnicodeDecodeError:
            lines = enumerate(block.removesuffix(b"\n").split(b"\n"), start=self.lines + 1)
            return [self._text(line, number) for number, line in lines]

    def _text(self, line: bytes, number: int) -> str:
        try:
            return decode(line, self.charset)
        except UnicodeDecodeError:
            self.bad_lines.append((number, "F01"))
            self.records += 1
            return ""


def fields_of(text: str) -> list[str]:
    """One line's fields, without its line end; none where its quotes do not close."""
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error:
        return []
