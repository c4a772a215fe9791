"""Reads a received medium: an ISO 9660 / Joliet / UDF image, or one single file as the media reader saved it.

Opened without trust: no links, no absolute or parent paths, limits on entries, depth and size.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast

import pycdlib
from pycdlib.pycdlibexception import PyCdlibException

SECTOR: Final = 2048
MAX_ENTRIES: Final = 1000
MAX_DEPTH: Final = 8
MAX_NAME: Final = 255
PIECE_BYTES: Final = 1 << 20
_VOLUMES_AT: Final = 16 * SECTOR
# What a plan's file can begin with: the header's record type, plain, quoted or after a byte-order mark.
_TEXT_STARTS: Final = (b"1,", b'"1"', b"\xef\xbb\xbf1,", b'\xef\xbb\xbf"1"')


class UnreadableMedium(Exception):
    """The medium cannot be opened, or holds what no plan's disc may hold. Says nothing of its content."""


@dataclass(frozen=True)
class MediumFile:
    """One file of a medium. `name` has no folder; empty for a single file read without its name."""

    name: str
    size: int
    path: str


class Medium:
    """An opened medium."""

    def __init__(self, source: io.RawIOBase, image: Any | None, facade: str, size: int) -> None:
        self._source = source
        self._image = image
        self._facade = facade
        self._size = size

    def files(self) -> list[MediumFile]:
        """Every regular file. UnreadableMedium beyond the limits."""
        if self._image is None:
            return [MediumFile("", self._size, "")]
        return list(self._walk())

    def read(self, file: MediumFile, limit: int) -> Iterator[bytes]:
        """The bytes of a file. UnreadableMedium when there are more than `limit`, or fewer than the medium declares."""
        if file.size > limit:
            raise UnreadableMedium("a file is larger than the limit")
        if self._image is None:
            self._source.seek(0)
            yield from _pieces(self._source, file.size)
            return
        with _refusing(), self._image.open_file_from_iso(**{self._facade: file.path}) as opened:
            yield from _pieces(opened, file.size)

    def _walk(self) -> Iterator[MediumFile]:
        entries = 0
        folders = [("/", 0)]
        while folders:
            folder, depth = folders.pop()
            for child in self._image.list_children(**{self._facade: folder}):  # type: ignore[union-attr]
                if child is None or child.is_dot() or child.is_dotdot():
                    continue
                entries += 1
                name = _name_of(child, self._facade)
                if entries > MAX_ENTRIES or depth >= MAX_DEPTH or not _is_safe(name):
                    raise UnreadableMedium("the medium's folders are not those of a plan's disc")
                path = f"{folder.rstrip('/')}/{name}"
                if child.is_dir():
                    folders.append((path, depth + 1))
                elif _is_regular(child):
                    yield MediumFile(name.partition(";")[0], _length(child, self._size), path)


@contextmanager
def open_medium(source: io.RawIOBase, size: int) -> Iterator[Medium]:
    """Open what the reader read; `source` must be seekable. UnreadableMedium for what is no image and no file."""
    if not _is_image(source):
        source.seek(0)
        if not (source.read(8) or b"").startswith(_TEXT_STARTS):
            raise UnreadableMedium("neither a disc image nor a request file")
        yield Medium(source, None, "", size)
        return
    image = pycdlib.PyCdlib()
    with _refusing():
        source.seek(0)
        image.open_fp(cast(BinaryIO, _Bounded(source, size)))
    try:
        with _refusing():
            facade = "udf_path" if image.has_udf() else "joliet_path" if image.has_joliet() else "iso_path"
            yield Medium(source, image, facade, size)
    finally:
        image.close()


class _Bounded(io.RawIOBase):
    """The source for pycdlib, which asks for sizes that an image declares: never more than there is."""

    def __init__(self, source: io.RawIOBase, size: int) -> None:
        super().__init__()
        self._source = source
        self._size = size

    def read(self, size: int = -1, /) -> bytes:
        left = max(0, self._size - self._source.tell())
        wanted = left if size < 0 else min(size, left)
        if wanted > 64 * 1024 * 1024:
            raise UnreadableMedium("the image declares an absurd structure")
        return self._source.read(wanted) or b""

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._source.seek(offset, whence)

    def tell(self) -> int:
        return self._source.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever a broken or hostile image makes the library raise, it is an unreadable medium."""
    try:
        yield
    except UnreadableMedium:
        raise
    except (
        PyCdlibException,
        ValueError,
        IndexError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        MemoryError,
    ) as broken:
        raise UnreadableMedium("the image is broken") from broken
    except Exception as broken:
        if type(broken).__module__ in ("struct", "_struct", "builtins"):
            raise UnreadableMedium("the image is broken") from broken
        raise


def _is_image(source: io.RawIOBase) -> bool:
    """Whether volume descriptors stand where ISO 9660 and UDF have them."""
    source.seek(_VOLUMES_AT)
    head = source.read(3 * SECTOR) or b""
    return any(head[at + 1 : at + 6] in (b"CD001", b"BEA01", b"NSR02", b"NSR03") for at in range(0, len(head), SECTOR))


def _pieces(opened: Any, size: int) -> Iterator[bytes]:
    left = size
    while left:
        piece = opened.read(min(PIECE_BYTES, left))
        if not piece:
            raise UnreadableMedium("a file ends before its declared size")
        left -= len(piece)
        yield bytes(piece)


def _name_of(child: Any, facade: str) -> str:
    raw = child.file_identifier()
    if facade == "joliet_path":
        return str(raw.decode("utf-16_be"))
    if facade == "udf_path":
        return str(raw.decode("utf-8") if isinstance(raw, bytes) else raw)
    return str(raw.decode("ascii", errors="strict"))


def _is_safe(name: str) -> bool:
    return 0 < len(name) <= MAX_NAME and name not in (".", "..") and not set(name) & set("/\\\0:")


def _is_regular(child: Any) -> bool:
    rock_ridge = getattr(child, "rock_ridge", None)
    return child.is_file() and not (rock_ridge is not None and rock_ridge.is_symlink())


def _length(child: Any, image_size: int) -> int:
    length = int(child.get_data_length())
    if not 0 <= length <= image_size:
        raise UnreadableMedium("a file is declared larger than its medium")
    return length
