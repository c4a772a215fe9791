"""Writing a blob: a stream in, sealed chunks out, and nothing at all when something goes wrong."""

import errno
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from shared.blobs.data import Data
from shared.blobs.errors import StoreFull
from shared.blobs.ref import BlobRef
from shared.blobs.stream import CHUNK_BYTES, ChunkCipher
from shared.faults import reach

FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
Finish = Callable[[int, str], None]


class BlobWriter:
    """A context manager. After a clean exit the blob is stored and `ref` names it; an exception leaves nothing behind.

    `records` may be set to how many records the blob holds; it only travels in the reference."""

    def __init__(self, blob_id: str, data: Data, *, purpose: str, cipher: ChunkCipher, finish: Finish) -> None:
        self.records = 0
        self._id, self._data, self._purpose = blob_id, data, purpose
        self._cipher, self._finish = cipher, finish
        self._number, self._size = 0, 0
        self._plain, self._sealed = hashlib.sha256(), hashlib.sha256()
        self._pending = bytearray()
        self._ref: BlobRef | None = None

    @property
    def ref(self) -> BlobRef:
        """Names the finished blob."""
        if self._ref is None:
            raise RuntimeError("a blob has a reference only after it is finished")
        return self._ref

    @property
    def size(self) -> int:
        """Plain bytes written so far."""
        return self._size

    def __enter__(self) -> Self:
        with _room_or_refusal():
            self._sink = self._data.sink(self._id)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if kind is not None:
            self._sink.abort()
            return
        try:
            with _room_or_refusal():
                self._complete()
        except BaseException:
            self._sink.abort()
            raise

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Takes any amount of plain bytes; StoreFull when there is no room, StoreAway when nobody answers."""
        view = memoryview(data).cast("B")
        size = len(view)
        self._plain.update(view)
        self._size += size
        with _room_or_refusal():
            self._take(view)
        return size

    def _take(self, view: memoryview) -> None:
        # The newest bytes wait, because only the end of the stream tells which chunk is the last.
        if self._pending:
            room = CHUNK_BYTES - len(self._pending)
            self._pending += view[:room]
            view = view[room:]
            if not view:
                return
            self._store(self._pending)
            self._pending.clear()
        while len(view) > CHUNK_BYTES:
            self._store(view[:CHUNK_BYTES])
            view = view[CHUNK_BYTES:]
        self._pending += view

    def _store(self, chunk: bytearray | memoryview, *, last: bool = False) -> None:
        sealed = self._cipher.seal(self._number, chunk, last=last)
        self._number += 1
        self._sealed.update(sealed)
        self._sink.write(sealed)

    def _complete(self) -> None:
        self._store(self._pending, last=True)
        reach("blob.written")
        self._sink.finish(self._sealed.hexdigest())
        reach("blob.placed")
        # The key comes last: bytes without a key are an orphan, never a blob.
        self._finish(self._size, self._sealed.hexdigest())
        reach("blob.named")
        self._ref = BlobRef(
            id=self._id, size=self._size, sha256=self._plain.hexdigest(), purpose=self._purpose, records=self.records
        )


@contextmanager
def _room_or_refusal() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StoreFull from error
        raise
