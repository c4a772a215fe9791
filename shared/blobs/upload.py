"""Writing an object: small ones in one request, others in parts, and in the end a look at what the store holds."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from queue import Full, Queue
from threading import Thread
from typing import Final

import obstore
from obstore.store import S3Store

from shared.blobs.errors import BlobDamaged, BlobGone, StoreAway, StoreFull
from shared.blobs.ranges import AHEAD_BYTES, BucketSource
from shared.blobs.refused import away_where_refused
from shared.blobs.stream import SEALED_BYTES

PART_BYTES: Final = 32 * SEALED_BYTES
PARTS_AT_ONCE: Final = 2
LOOK_SECONDS: Final = 0.2


class BucketSink:
    """Sealed bytes on their way into an object; about six parts of 8 MiB are in memory at most."""

    def __init__(self, store: S3Store, path: str) -> None:
        self._store, self._path = store, path
        self._part = bytearray()
        self._size = 0
        self._etags = _ETags()
        self._upload: _Upload | None = None

    def write(self, sealed: bytes) -> None:
        """Gathers a part; StoreAway or StoreFull as soon as it is known."""
        self._size += len(sealed)
        self._part += sealed
        while len(self._part) > PART_BYTES:
            if self._upload is None:
                self._upload = _Upload(self._store, self._path)
            self._give(self._upload, bytes(self._part[:PART_BYTES]))
            del self._part[:PART_BYTES]

    def finish(self, sha256: str) -> None:
        """Completes the object and verifies what the store now holds.

        The store is told each body's SHA-256 in the signature, and S3 refuses another. Here the size must be right,
        and the ETag must be the MD5 that the store computed of the same bytes. Where an ETag is something else (some
        stores, some ways of encryption at rest), all is read back and its SHA-256 compared. StoreAway where that is not
        the same: nothing is kept, and the whole may be tried again."""
        if self._upload is None:
            self._put()
        else:
            self._give(self._upload, bytes(self._part))
            self._upload.complete()
        self._part.clear()
        with away_where_refused():
            held = obstore.head(self._store, self._path)
        etag = (held["e_tag"] or "").strip('"')
        if held["size"] != self._size or (etag != self._etags.whole and self._read_back() != sha256):
            raise StoreAway

    def abort(self) -> None:
        """Ends the upload and removes the object. What a store that is away keeps of it are bytes without a key."""
        if self._upload is not None:
            self._upload.abort()
        self._part.clear()
        with suppress(BlobGone, StoreAway, StoreFull), away_where_refused():
            obstore.delete(self._store, self._path)

    def _give(self, upload: "_Upload", part: bytes) -> None:
        self._etags.add(part)
        upload.give(part)

    def _put(self) -> None:
        part = bytes(self._part)
        self._etags.only(part)
        with away_where_refused():
            obstore.put(self._store, self._path, part, use_multipart=False)

    def _read_back(self) -> str:
        digest = hashlib.sha256()
        with suppress(BlobDamaged, BlobGone):
            source = BucketSource(self._store, self._path, self._size)
            for offset in range(0, self._size, AHEAD_BYTES):
                digest.update(source.read(offset, AHEAD_BYTES))
        return digest.hexdigest()


class _ETags:
    """The ETag that S3 gives to an object: the MD5 of one body, or of its parts' MD5s with their number."""

    def __init__(self) -> None:
        self.whole = ""
        self._parts, self._count = hashlib.md5(usedforsecurity=False), 0

    def only(self, body: bytes) -> None:
        """An object in one request."""
        self.whole = hashlib.md5(body, usedforsecurity=False).hexdigest()

    def add(self, part: bytes) -> None:
        """The next part."""
        self._parts.update(hashlib.md5(part, usedforsecurity=False).digest())
        self._count += 1
        self.whole = f"{self._parts.hexdigest()}-{self._count}"


class _Aborted(Exception):
    """Tells obstore to abort the upload."""


class _Upload:
    """An upload in parts by a thread of its own, because obstore asks for parts where we are given them."""

    def __init__(self, store: S3Store, path: str) -> None:
        self._store, self._path = store, path
        self._queue: Queue[bytes | _Aborted | None] = Queue(maxsize=1)
        self._error: BaseException | None = None
        self._thread = Thread(target=self._run, name="blob-upload", daemon=True)
        self._thread.start()

    def give(self, part: bytes) -> None:
        """Waits until there is room for the next part."""
        self._hand(part)
        self._raise()

    def complete(self) -> None:
        """Returns when the object is there."""
        self._hand(None)
        self._thread.join()
        self._raise()

    def abort(self) -> None:
        """Returns when obstore has given the upload up."""
        self._hand(_Aborted())
        self._thread.join()

    def _hand(self, item: bytes | _Aborted | None) -> None:
        while self._thread.is_alive():
            with suppress(Full):
                self._queue.put(item, timeout=LOOK_SECONDS)
                return

    def _raise(self) -> None:
        if self._error is not None:
            with away_where_refused():
                raise self._error

    def _run(self) -> None:
        try:
            obstore.put(
                self._store, self._path, self._parts(),
                use_multipart=True, chunk_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE,
            )  # fmt: skip
        except BaseException as error:  # told to whoever writes, at the next part
            self._error = error

    def _parts(self) -> Iterator[bytes]:
        while (part := self._queue.get()) is not None:
            if isinstance(part, _Aborted):
                raise part
            yield part
