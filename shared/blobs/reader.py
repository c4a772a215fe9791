"""Reading a blob: seekable, and every chunk is authenticated before a byte of it is handed out."""

import io
import os

from shared.blobs.data import Source
from shared.blobs.stream import CHUNK_BYTES, SEALED_BYTES, ChunkCipher, chunk_count


class BlobReader(io.RawIOBase):
    """The plain bytes of one blob. BlobDamaged as soon as a part is met that is not what was written.

    From a bucket also BlobGone, where the blob is destroyed while it is read, and StoreAway."""

    def __init__(self, source: Source, *, size: int, cipher: ChunkCipher) -> None:
        super().__init__()
        self._source, self._cipher, self._size = source, cipher, size
        self._last = chunk_count(size) - 1
        self._at = 0
        self._chunk_number, self._chunk = -1, b""
        if size == 0:
            try:
                self._load(0)
            except BaseException:
                self.close()
                raise

    @property
    def size(self) -> int:
        """Plain bytes in all."""
        return self._size

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves without reading."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError("seek before the beginning")
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        """The position, plain bytes from the beginning."""
        return self._at

    def readinto(self, buffer: object) -> int:
        """Fills the buffer as far as there are bytes."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        wanted = min(len(view), max(0, self._size - self._at))
        done = 0
        while done < wanted:
            number, offset = divmod(self._at, CHUNK_BYTES)
            self._load(number)
            part = memoryview(self._chunk)[offset : offset + wanted - done]
            view[done : done + len(part)] = part
            done += len(part)
            self._at += len(part)
        return done

    def readall(self) -> bytes:
        """All that is left."""
        parts = []
        while self._at < self._size:
            number, offset = divmod(self._at, CHUNK_BYTES)
            self._load(number)
            parts.append(self._chunk[offset:] if offset else self._chunk)
            self._at = min(self._size, (number + 1) * CHUNK_BYTES)
        return b"".join(parts)

    def close(self) -> None:
        """Forgets the plain bytes it held."""
        if not self.closed:
            self._source.close()
            self._chunk = b""
        super().close()

    def _load(self, number: int) -> None:
        if number == self._chunk_number:
            return
        sealed = self._source.read(number * SEALED_BYTES, SEALED_BYTES)
        self._chunk = self._cipher.open(number, sealed, last=number == self._last)
        self._chunk_number = number
