"""Several blobs read as one file, one after the other."""

from collections.abc import Sequence

from shared.blobs.errors import BlobDamaged, BlobGone
from shared.blobs.reader import BlobReader
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore


class FileDamaged(Exception):
    """The stored bytes of a file are no longer what was sent."""


class JoinedBlobs:
    """The bytes of all blobs in order; use as a context manager."""

    def __init__(self, blobs: BlobStore, refs: Sequence[BlobRef]) -> None:
        self._blobs = blobs
        self._left = list(refs)
        self._open: BlobReader | None = None

    def __enter__(self) -> "JoinedBlobs":
        return self

    def __exit__(self, *_: object) -> None:
        if self._open is not None:
            self._open.close()

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes; none at the end. FileDamaged where a blob does not open."""
        try:
            return self._read(size)
        except (BlobDamaged, BlobGone) as wrong:
            raise FileDamaged from wrong

    def _read(self, size: int) -> bytes:
        while True:
            if self._open is None:
                if not self._left:
                    return b""
                self._open = self._blobs.open(self._left.pop(0))
            if piece := self._open.read(size):
                return piece
            self._open.close()
            self._open = None
