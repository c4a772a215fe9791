"""Disc images: ISO 9660 level 3 with Joliet and UDF, written front to back, so that an encrypted blob can take them."""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Protocol, Self, cast

import pycdlib

from shared.discs.forward import ExactReader, ForwardOnly

SECTOR = 2048
_NAME = re.compile(r"[A-Za-z0-9_]{1,27}\.[A-Za-z0-9]{1,3}")
_LABEL = re.compile(r"[A-Z0-9_]{1,16}")
_COPY_BLOCK = 1 << 20


class Sink(Protocol):
    """Takes bytes in order; a blob writer, an open file."""

    def write(self, data: bytes, /) -> int | None: ...


@dataclass(frozen=True)
class DiscFile:
    """One file in the root of a disc. `open` gives a fresh reader of exactly `size` bytes; names are ASCII."""

    name: str
    size: int
    open: Callable[[], io.RawIOBase | io.BufferedIOBase]

    @classmethod
    def of_bytes(cls, name: str, data: bytes) -> "DiscFile":
        return cls(name, len(data), lambda: io.BytesIO(data))


def image_size(files: Sequence[DiscFile], *, label: str = "DISC") -> int:
    """Bytes that the image of these files will have, without reading them."""
    with _Mastered(files, label) as mastered:
        return mastered.size


def write_image(out: Sink, files: Sequence[DiscFile], *, label: str) -> int:
    """Writes the image of `files` to `out` in order, in bounded memory; returns its size in bytes.

    ValueError for a name or label that not every reader of discs can show; OSError when a file is not as long as said.
    """
    with _Mastered(files, label) as mastered:
        return mastered.write(out)


class _Mastered:
    """A laid-out image. Every name is checked before the first is added: a failed add would corrupt the layout."""

    def __init__(self, files: Sequence[DiscFile], label: str) -> None:
        _check_names(files, label)
        files = sorted(files, key=lambda file: file.name.upper())  # as the library lays the data out
        self._iso = pycdlib.PyCdlib()
        self._iso.new(interchange_level=3, joliet=3, udf="2.60", vol_ident=label, sys_ident="", app_ident_str="SHOKAI")
        self._readers = [ExactReader(file.open, file.size) for file in files]
        for file, reader in zip(files, self._readers, strict=True):
            self._iso.add_fp(
                cast(BinaryIO, reader),
                file.size,
                iso_path=f"/{file.name.upper()};1",
                joliet_path=f"/{file.name}",
                udf_path=f"/{file.name}",
            )
        self._iso.force_consistency()
        self.size: int = self._iso.pvd.space_size * SECTOR

    def write(self, out: Sink) -> int:
        sink = ForwardOnly(out, streamed=range(self._first_data_byte(), self.size - SECTOR))
        self._iso.write_fp(cast(BinaryIO, sink), blocksize=_COPY_BLOCK)
        sink.finish()
        return sink.written

    def _first_data_byte(self) -> int:
        extents = [inode.extent_location() for inode in self._iso.inodes if inode.get_data_length() > 0]
        return min(extents) * SECTOR if extents else self.size - SECTOR

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._iso.close()
        for reader in self._readers:
            reader.close()


def _check_names(files: Sequence[DiscFile], label: str) -> None:
    if not _LABEL.fullmatch(label):
        raise ValueError("a disc label is 1 to 16 of A-Z 0-9 _")
    names = [file.name.upper() for file in files]
    if not names or len(set(names)) != len(names):
        raise ValueError("a disc holds at least one file, each under its own name")
    if not all(_NAME.fullmatch(name) for name in names):
        raise ValueError("a file name on a disc is ASCII letters, digits and _, with an extension")
