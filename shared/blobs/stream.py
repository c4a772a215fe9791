"""The chunk construction: AES-256-GCM, STREAM (Hoang, Reyhanitabar, Rogaway, Vizar 2015).

A blob is a row of chunks of 256 KiB, each followed by its tag of 16 bytes; only the last one may be shorter. The nonce
is the chunk's number (11 bytes) and a flag (1 byte) that is set on the last chunk alone; the additional data is the
blob's id and purpose. So a chunk cannot be cut off, moved, doubled or taken from another blob. Each blob has a key of
its own, used once.
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.blobs.errors import BlobDamaged

CHUNK_BYTES: Final = 256 * 1024
TAG_BYTES: Final = 16
SEALED_BYTES: Final = CHUNK_BYTES + TAG_BYTES


class ChunkCipher:
    """Seals and opens single chunks of one blob by their number."""

    def __init__(self, key: bytes, *, blob_id: str, purpose: str) -> None:
        self._cipher = AESGCM(key)
        self._bound = f"{len(blob_id)}:{blob_id}{purpose}".encode()

    def seal(self, number: int, chunk: bytes | bytearray | memoryview, *, last: bool) -> bytes:
        """The sealed chunk with its tag."""
        return self._cipher.encrypt(_nonce(number, last), chunk, self._bound)

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """The plain chunk; BlobDamaged when it is not this chunk of this blob."""
        try:
            return self._cipher.decrypt(_nonce(number, last), sealed, self._bound)
        except (InvalidTag, ValueError):
            raise BlobDamaged("a chunk of a blob does not open") from None


def sealed_size(size: int) -> int:
    """How many stored bytes `size` plain bytes take; an empty blob is one empty chunk."""
    return size + TAG_BYTES * chunk_count(size)


def chunk_count(size: int) -> int:
    """How many chunks `size` plain bytes make."""
    return max(1, -(-size // CHUNK_BYTES))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
