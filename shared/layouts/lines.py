"""A stream of bytes as blocks of whole lines: bounded memory whatever the lines look like, digests on the way."""

import hashlib
from collections.abc import Iterator
from typing import Final, Protocol

from shared.layouts.charsets import BOM

PIECE_BYTES: Final = 4 * 1024 * 1024
LINE_BYTES: Final = 1024 * 1024
_BLANK: Final = b"\r\n\x1a \t"


class Source(Protocol):
    """Anything that bytes are read from."""

    def read(self, size: int = -1, /) -> bytes | None: ...


class Lines:
    """Blocks of whole lines. The last line that is not blank comes alone, as `tail`, after the blocks.

    A line beyond 1 MiB is cut there, and the rest of it passed over. Digests and size are those of all bytes.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._digest = hashlib.sha256()
        self._before_tail = self._digest.copy()
        self._buffer = b""
        self._cutting = False
        self.size = 0
        self.tail = b""
        self.has_bom = False
        self.first = b""
        self._blocks = self._cut_blocks()
        self._read_first()

    @property
    def sha256(self) -> str:
        """The digest of all bytes read so far, in hex."""
        return self._digest.hexdigest()

    @property
    def sha256_before_tail(self) -> str:
        """The digest of all bytes before the tail line, in hex."""
        return self._before_tail.hexdigest()

    def blocks(self) -> Iterator[bytes]:
        """The lines between the first one and the tail."""
        return self._blocks

    def _read_first(self) -> None:
        block = next(self._blocks, b"")
        if not block:  # one line at most: it is both the first and the last
            self.first, self.tail = self.tail, b""
        else:
            self.first, _, rest = block.partition(b"\n")
            self._blocks = _chain(rest, self._blocks)
        self.has_bom = self.first.startswith(BOM)
        self.first = self.first.removeprefix(BOM).rstrip(_BLANK)

    def _cut_blocks(self) -> Iterator[bytes]:
        while piece := self._piece():
            self.size += len(piece)
            if block := self._take(piece):
                yield block
        self.tail = self._buffer.rstrip(_BLANK)

    def _piece(self) -> bytes:
        """The next 4 MiB, less only at the end, so that nothing depends on how a source hands out its bytes."""
        parts, missing = list[bytes](), PIECE_BYTES
        while missing and (part := self._source.read(missing)):
            parts.append(bytes(part))
            missing -= len(part)
        return b"".join(parts)

    def _take(self, piece: bytes) -> bytes:
        """Add a piece; what is whole and cannot be the tail comes back."""
        joined = self._buffer + self._pass_over(piece)
        text_end = len(joined.rstrip(_BLANK))
        start = joined.rfind(b"\n", 0, text_end) + 1  # where the last line that is not blank starts
        self._note_tail(piece, len(joined) - start)
        self._buffer = joined[start:]
        if len(self._buffer) > LINE_BYTES:
            self._cutting = b"\n" not in self._buffer
            self._buffer = self._buffer[:LINE_BYTES] + (b"" if self._cutting else b"\n")
        return joined[:start]

    def _pass_over(self, piece: bytes) -> bytes:
        if not self._cutting:
            return piece
        _, newline, rest = piece.partition(b"\n")
        self._cutting = not newline
        return newline + rest

    def _note_tail(self, piece: bytes, tail_size: int) -> None:
        """Keep the digest as it stood where the tail starts, when that lies in this piece."""
        if tail_size > len(piece):
            self._digest.update(piece)
            return
        split = len(piece) - tail_size
        self._digest.update(piece[:split])
        self._before_tail = self._digest.copy()
        self._digest.update(piece[split:])


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from rest
