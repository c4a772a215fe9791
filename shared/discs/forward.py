"""Two small files that let a disc image be written as a stream.

The mastering library seeks to and fro among descriptors and directories (a few sectors each), then writes file data in
order. `ForwardOnly` keeps the small pieces until their place is reached and passes file data straight on.
"""

import io
from collections.abc import Callable
from typing import Protocol

_ZEROS = bytes(1 << 16)


class _Sink(Protocol):
    def write(self, data: bytes, /) -> int | None: ...


class ForwardOnly(io.RawIOBase):
    """A seekable-looking file over a sink that only appends. Pieces outside `streamed` are held until passed."""

    mode = "wb"

    def __init__(self, sink: _Sink, *, streamed: range) -> None:
        self._sink = sink
        self._streamed = streamed
        self._held: dict[int, bytes] = {}
        self._position = 0
        self._end = 0
        self.written = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._end}[whence]
        self._position = start + offset
        return self._position

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]
        piece = bytes(data)
        if self._position in self._streamed:
            self._advance_to(self._position)
            self._append(piece)
        elif piece:
            self._held[self._position] = piece
        self._position += len(piece)
        self._end = max(self._end, self._position)
        return len(piece)

    def finish(self) -> None:
        """Writes what is still held, with zeros between."""
        self._advance_to(self._end)

    def _advance_to(self, position: int) -> None:
        for offset in sorted(offset for offset in self._held if offset < position):
            self._pad_to(offset)
            self._append(self._held.pop(offset))
        self._pad_to(position)

    def _pad_to(self, position: int) -> None:
        if position < self.written:
            raise OSError("a disc image would have to be written backwards")
        while self.written < position:
            self._append(_ZEROS[: position - self.written])

    def _append(self, piece: bytes) -> None:
        self._sink.write(piece)
        self.written += len(piece)


class ExactReader(io.RawIOBase):
    """Opens its source at the first read and never comes up short: a source that ends early is an OSError."""

    mode = "rb"

    def __init__(self, opener: Callable[[], io.RawIOBase | io.BufferedIOBase], size: int) -> None:
        self._opener = opener
        self._source: io.BufferedIOBase | None = None
        self._left = size
        self._size = size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size - self._left

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence == io.SEEK_SET and offset == self.tell():
            return offset
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("a disc file is read from its start")
        self._drop()
        self._left = self._size
        return 0

    def read(self, size: int = -1, /) -> bytes:
        wanted = self._left if size < 0 else min(size, self._left)
        if wanted == 0:
            return b""
        if self._source is None:
            opened = self._opener()
            self._source = io.BufferedReader(opened) if isinstance(opened, io.RawIOBase) else opened
        data = self._source.read(wanted)
        if len(data) != wanted:
            raise OSError("a file is shorter than the disc image was told")
        self._left -= wanted
        return data

    def close(self) -> None:
        self._drop()
        super().close()

    def _drop(self) -> None:
        if self._source is not None:
            self._source.close()
            self._source = None
