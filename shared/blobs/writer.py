"""Writing a blob: a stream in, sealed chunks on disk, and nothing at all when something goes wrong."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from shared.blobs.errors import StoreFull
from shared.blobs.places import make_room
from shared.blobs.ref import BlobRef
from shared.blobs.stream import CHUNK_BYTES, ChunkCipher
from shared.crypto.durable import sync_directory

FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
Finish = Callable[[int, str], None]


class BlobWriter:
    """A context manager. After a clean exit the blob is on disk and `ref` names it; an exception leaves nothing behind.

    `records` may be set to how many records the blob holds; it only travels in the reference."""

    def __init__(self, blob_id: str, path: Path, *, purpose: str, cipher: ChunkCipher, finish: Finish) -> None:
        self.records = 0
        self._id, self._path, self._purpose = blob_id, path, purpose
        self._draft = path.with_name(f".{path.name}")
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
            make_room(self._path.parent)
            self._file = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if kind is not None:
            self._abort()
            return
        try:
            with _room_or_refusal():
                self._complete()
        except BaseException:
            self._abort()
            raise

    def write(self, data: bytes | bytearray | memoryview) -> int:
        """Takes any amount of plain bytes; StoreFull when the disk has no room."""
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
        sealed = memoryview(self._cipher.seal(self._number, chunk, last=last))
        self._number += 1
        self._sealed.update(sealed)
        while sealed:
            sealed = sealed[os.write(self._file, sealed) :]

    def _complete(self) -> None:
        self._store(self._pending, last=True)
        os.fsync(self._file)
        os.close(self._file)
        self._file = -1
        os.replace(self._draft, self._path)
        sync_directory(self._path.parent)
        # The key comes last: bytes without a key are an orphan, never a blob.
        self._finish(self._size, self._sealed.hexdigest())
        self._ref = BlobRef(
            id=self._id, size=self._size, sha256=self._plain.hexdigest(), purpose=self._purpose, records=self.records
        )

    def _abort(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._draft.unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)


@contextmanager
def _room_or_refusal() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StoreFull from error
        raise
