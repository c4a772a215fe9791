"""One writer for every layout: frames in, bytes out, as a stream."""

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping

import polars as pl

from shared.layouts.cells import CONTROL, FORMULA
from shared.layouts.columns.encoding import encode
from shared.layouts.layout import Layout


class Writing:
    """One file being written; iterate over it for its bytes. Counts and digest hold after the last block."""

    def __init__(
        self,
        layout: Layout,
        header: Mapping[str, str],
        frames: Iterable[pl.DataFrame],
        *,
        kind: str = "",
        charset: str = "utf-8",
        rejected: Iterable[pl.DataFrame] = (),
    ) -> None:
        self._layout = layout
        self._header = header
        self._frames = frames
        self._rejected_frames = rejected
        self._kind = kind or header.get("kind", "")
        self._charset = charset
        self._digest = hashlib.sha256()
        self.records = 0
        self.rejected = 0
        self.unmapped = 0
        self.size = 0

    @property
    def sha256(self) -> str:
        """The digest of the bytes written so far, in hex."""
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        yield self._encoded(self._csv("header", pl.DataFrame([dict(self._header)])))
        for frame in self._frames:
            self.records += frame.height
            if frame.height:
                yield self._encoded(self._csv("data", frame))
        for frame in self._rejected_frames:
            self.rejected += frame.height
            if frame.height:
                yield self._encoded(self._csv("rejected", frame))
        yield self._encoded(self._csv("trailer", pl.DataFrame([self._totals()])))

    def _totals(self) -> dict[str, str]:
        totals = {"data": str(self.records), "rejected": str(self.rejected), "sha256": self.sha256}
        return {each.name: totals[each.total] for each in self._layout.record("trailer").fields}

    def _csv(self, record: str, frame: pl.DataFrame) -> str:
        spec = self._layout.record(record, self._kind)
        fields = [
            self._cell(name) if name in frame.columns else pl.lit(None, pl.String).alias(name) for name in spec.columns
        ]
        out = io.BytesIO()
        frame.select(pl.lit(spec.type).alias("_type"), *fields).write_csv(
            out, include_header=False, quote_style="necessary", line_terminator=self._layout.newline
        )
        return out.getvalue().decode()

    def _cell(self, name: str) -> pl.Expr:
        text = pl.col(name).cast(pl.String)
        text = pl.when(text != "").then(text.str.replace_all(CONTROL, " "))
        if self._layout.opened_by_people:
            text = pl.when(text.str.contains(FORMULA)).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)
        return text.alias(name)

    def _encoded(self, text: str) -> bytes:
        block, unmapped = encode(text, self._charset)
        self.unmapped += unmapped
        self.size += len(block)
        self._digest.update(block)
        return block


def write(
    layout: Layout,
    header: Mapping[str, str],
    frames: Iterable[pl.DataFrame],
    *,
    kind: str = "",
    charset: str = "utf-8",
    rejected: Iterable[pl.DataFrame] = (),
) -> Writing:
    """Start writing. Record types and the trailer are added; fields come from the frames by name."""
    return Writing(layout, header, frames, kind=kind, charset=charset, rejected=rejected)
