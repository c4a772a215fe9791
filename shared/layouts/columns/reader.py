"""Frames of records out of bytes, at constant memory."""

from collections.abc import Iterator

import polars as pl

from shared.layouts.layout import Layout, RecordSpec
from shared.layouts.lines import Source
from shared.layouts.reading import Chunk, Reading, fields_of


class FrameReading(Reading):
    """A file being read as frames."""

    def frames(self) -> Iterator[pl.DataFrame]:
        """The records between header and trailer, at most 50,000 a frame; see `split_fields` for the columns."""
        for chunk in self.chunks():
            frame = self.frame(chunk)
            if frame.height:
                yield frame

    def frame(self, chunk: Chunk) -> pl.DataFrame:
        """The records of one chunk; see `split_fields` for the columns."""
        return split_fields(chunk, self.data_record)


def read(layout: Layout, source: Source, kind: str | None = None) -> FrameReading:
    """Start reading; `kind` (a header's code) counts when the header does not say. No bytes make it raise."""
    return FrameReading(layout, source, kind)


def split_fields(chunk: Chunk, record: RecordSpec) -> pl.DataFrame:
    """Lines as columns: line, width (fields found; 0 where quotes do not close), record_type, then the record's fields.

    Blank lines are left out. Missing fields are null, surplus ones dropped.
    """
    columns = ("record_type", *record.columns)
    end = chunk.first_line + len(chunk.texts)
    lines = pl.DataFrame({"line": pl.int_range(chunk.first_line, end, dtype=pl.Int32, eager=True), "text": chunk.texts})
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
        fields = fields_of(text)
        padded = [*fields[: len(columns)], *([None] * (len(columns) - len(fields)))]
        rows.append((number, len(fields), *padded))
    schema = {"line": pl.Int32, "width": pl.Int32} | dict.fromkeys(columns, pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")
