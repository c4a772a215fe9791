"""Reading an object by ranges: sealed chunks ahead of the reader, a few requests in all."""

from typing import Final

import obstore
from obstore.store import S3Store

from shared.blobs.errors import BlobDamaged
from shared.blobs.refused import away_where_refused
from shared.blobs.stream import SEALED_BYTES

FIRST_BYTES: Final = 4 * SEALED_BYTES
AHEAD_BYTES: Final = 16 * SEALED_BYTES


class BucketSource:
    """An object. The first MiB comes with the opening; who reads on gets 4 MiB at a time, who jumps 1 MiB.

    An answer that is cut off in the middle is asked for again from there by obstore, a few times."""

    def __init__(self, store: S3Store, path: str, size: int) -> None:
        self._store, self._path, self._size = store, path, size
        self._start, self._held = 0, memoryview(b"")
        self._fetch(0, FIRST_BYTES)

    def read(self, offset: int, size: int) -> bytes:
        """The bytes at a place; BlobGone, BlobDamaged or StoreAway as for opening."""
        end = min(offset + size, self._size)
        if not self._start <= offset <= end <= self._end:
            self._fetch(offset, max(size, AHEAD_BYTES if offset == self._end else FIRST_BYTES))
        return bytes(self._held[offset - self._start : end - self._start])

    def close(self) -> None:
        """Lets go of what was read ahead."""
        self._held = memoryview(b"")

    @property
    def _end(self) -> int:
        return self._start + len(self._held)

    def _fetch(self, offset: int, size: int) -> None:
        size = min(size, self._size - offset)
        with away_where_refused():
            answer = obstore.get(self._store, self._path, options={"range": (offset, offset + size)})
            there, content = answer.meta["size"], memoryview(answer.bytes())
        if there != self._size or len(content) != size:
            raise BlobDamaged("a blob has another length than was written")
        self._start, self._held = offset, content
