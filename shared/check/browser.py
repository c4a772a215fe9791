"""The check inside a browser: a file in slices comes in, a report goes out as text. Nothing is sent anywhere."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Final, Protocol

from shared.check.renderings import rendered
from shared.check.renderings.as_html import as_section
from shared.check.report import plain_report

PIECE_CHARS: Final = 1_000_000


class Slice(Protocol):
    """Bytes as the browser hands them over."""

    def to_bytes(self) -> bytes: ...


class SlicedFile:
    """A file of the browser as a source of bytes; `slice_of(start, end)` reads from it."""

    def __init__(self, slice_of: Callable[[int, int], Slice], size: int) -> None:
        self._slice_of = slice_of
        self._size = size
        self._at = 0

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; none at the end."""
        end = self._size if size < 0 else min(self._size, self._at + size)
        start, self._at = self._at, end
        return self._slice_of(start, end).to_bytes() if start < end else b""


class BrowserCheck:
    """One file, checked once and shown as often as asked."""

    def __init__(
        self,
        slice_of: Callable[[int, int], Slice],
        size: int,
        kind: str,
        plan: str,
        as_of: str,
        progress: Callable[[int], None],
    ) -> None:
        self._open = partial(SlicedFile, slice_of, size)
        day = date.fromisoformat(as_of)
        self._report = plain_report(self._open(), kind=kind, plan=plan, as_of=day, progress=progress)

    @property
    def records(self) -> int:
        """How many records were read."""
        return self._report.verdict.received

    def section(self) -> str:
        """The report as part of a page."""
        return "".join(as_section(self._report))

    def render(self, form: str, put: Callable[[str], object]) -> None:
        """The report in that form, piece by piece."""
        for piece in _gathered(rendered(self._report, form, self._open)):
            put(piece)


def _gathered(pieces: Iterator[str]) -> Iterator[str]:
    """Few large pieces for many small ones: each crosses from Python to the page."""
    held, size = list[str](), 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= PIECE_CHARS:
            yield "".join(held)
            held, size = [], 0
    yield "".join(held)
