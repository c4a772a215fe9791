"""Encrypted ZIP files (WinZip AE-2, AES-256): written as a stream, read back by another implementation.

Writer and reader share no code, so that a file which reads back well also opens elsewhere.
"""

import hashlib
import stat
import zlib
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Final, cast

import pyzipper
from isal import isal_zlib
from stream_zip import ZIP_32, stream_zip

if TYPE_CHECKING:
    from zlib import _Compress

_FILE_MODE: Final = stat.S_IFREG | 0o600
_BLOCK: Final = 1 << 20
_RAW_DEFLATE: Final = -15
_LEVEL: Final = 2


class SealBroken(Exception):
    """A sealed file does not open, or holds something else than its manifest says. Names members, never content."""


@dataclass(frozen=True)
class Member:
    """A file to go in: a neutral name and its bytes in order."""

    name: str
    chunks: Iterable[bytes]


@dataclass(frozen=True)
class Digest:
    """What a member is: its size in bytes and SHA-256 (hex), of the clear content."""

    size: int
    sha256: str


class Digesting:
    """Passes chunks on and knows their digest once all have passed."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._hash = hashlib.sha256()
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._hash.update(chunk)
            self._size += len(chunk)
            yield chunk

    @property
    def digest(self) -> Digest:
        return Digest(self._size, self._hash.hexdigest())


def seal(members: Iterable[Member], *, password: str, at: datetime) -> Iterator[bytes]:
    """The encrypted ZIP of `members`, in pieces; each member is asked for its bytes only when its turn comes."""
    files = ((member.name, at, _FILE_MODE, ZIP_32, member.chunks) for member in members)
    return iter(stream_zip(files, chunk_size=_BLOCK, get_compressobj=_compressor, password=password))


def member_names(file: IO[bytes]) -> list[str]:
    """The names inside, in order; readable without the password."""
    with _opened(file) as archive:
        return [info.filename for info in archive.infolist()]


def unseal(file: IO[bytes], name: str, *, password: str) -> Iterator[bytes]:
    """One member's bytes in pieces; SealBroken when the password or a byte of it is wrong."""
    try:
        with _opened(file) as archive, archive.open(name, pwd=password.encode()) as member:
            while block := member.read(_BLOCK):
                yield block
    except (RuntimeError, pyzipper.BadZipFile, zlib.error, EOFError, KeyError, ValueError) as error:
        raise SealBroken(f"member {name} does not open") from error


def digests(file: IO[bytes], *, password: str) -> dict[str, Digest]:
    """Opens everything inside, to its last byte, and says what each member is."""
    found = {}
    for name in member_names(file):
        passing = Digesting(unseal(file, name, password=password))
        for _ in passing:
            pass
        found[name] = passing.digest
    return found


def _opened(file: IO[bytes]) -> pyzipper.AESZipFile:
    try:
        return pyzipper.AESZipFile(file)
    except (pyzipper.BadZipFile, ValueError, OSError) as error:
        raise SealBroken("not an encrypted ZIP") from error


def _compressor() -> "_Compress":
    return cast("_Compress", _Ahead())


class _Ahead:
    """A compressor that works on one chunk while the one before it is being encrypted."""

    def __init__(self) -> None:
        self._compressor = isal_zlib.compressobj(level=_LEVEL, wbits=_RAW_DEFLATE)
        self._worker = ThreadPoolExecutor(max_workers=1)
        self._working: Future[bytes] | None = None

    def compress(self, chunk: bytes) -> bytes:
        done = self._take()
        self._working = self._worker.submit(self._compressor.compress, chunk)
        return done

    def flush(self) -> bytes:
        last = self._take() + self._compressor.flush()
        self._worker.shutdown()
        return last

    def _take(self) -> bytes:
        return self._working.result() if self._working else b""
