"""A disc image: the sealed replies of one volume and a README, written, then read back through both file systems."""

import io
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, cast

import pycdlib

from services.media.domain.numbers import volume_label
from services.media.making.sealed_reply import READ_BUFFER, check_sealed
from services.media.parts import BACKUP_KEY
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.discs.image import DiscFile, image_size, write_image
from shared.discs.sealed_zip import SealBroken

README: Final = "README.txt"
_TEXT: Final = Path(__file__).with_name("readme.txt")


@dataclass(frozen=True)
class SealedFile:
    """An encrypted ZIP that is to go on a disc: where it lies, what it holds."""

    name: str
    ref: BlobRef
    manifest: dict[str, Any]


@dataclass(frozen=True)
class Face:
    """What a disc says about itself."""

    number: str
    volume: int
    volumes: int
    backup_months: int


def files_of(blobs: BlobStore, sealed: Sequence[SealedFile], face: Face) -> list[DiscFile]:
    """The files of a volume: README first, then the sealed replies, opened only when their turn comes."""
    readme = DiscFile.of_bytes(README, readme_text([each.name for each in sealed], face))
    return [readme, *(DiscFile(each.name, each.ref.size, partial(blobs.open, each.ref)) for each in sealed)]


def size_with(blobs: BlobStore, sealed: Sequence[SealedFile]) -> int:
    """Bytes of the image that these files would make."""
    return image_size(files_of(blobs, sealed, Face("0000X-0000-999", 999, 999, 99)))


def make_image(blobs: BlobStore, sealed: Sequence[SealedFile], face: Face, *, password: str) -> BlobRef:
    """The image as an encrypted blob, read back and compared. SealBroken, and no blob, when it is wrong."""
    with blobs.create(purpose="disc-image", key=BACKUP_KEY) as writer:
        write_image(writer, files_of(blobs, sealed, face), label=volume_label(face.number))
        writer.records = sum(each.manifest["counts"]["records"] for each in sealed)
    try:
        _read_back(blobs, writer.ref, sealed, face, password)
    except BaseException:
        blobs.destroy(writer.ref)
        raise
    return writer.ref


class OpenImage:
    """An image in the blob store, opened for reading; use as a context manager."""

    def __init__(self, blobs: BlobStore, ref: BlobRef) -> None:
        self._file = io.BufferedReader(blobs.open(ref), READ_BUFFER)
        self._iso = pycdlib.PyCdlib()
        self._iso.open_fp(cast(Any, self._file))

    def names(self) -> list[str]:
        """File names in the root, as Joliet shows them."""
        children = self._iso.list_children(joliet_path="/")
        return [
            child.file_identifier().decode("utf-16-be") for child in children if child is not None and child.is_file()
        ]

    def file(self, name: str, *, udf: bool = False) -> io.BufferedReader:
        """A seekable reader of one file, through Joliet or UDF."""
        path = {"udf_path": f"/{name}"} if udf else {"joliet_path": f"/{name}"}
        opened: Any = self._iso.open_file_from_iso(**path)
        return io.BufferedReader(opened.__enter__(), READ_BUFFER)

    def __enter__(self) -> "OpenImage":
        return self

    def __exit__(self, *_: object) -> None:
        self._iso.close()
        self._file.close()


def readme_text(names: Sequence[str], face: Face) -> bytes:
    """The README of a volume: UTF-8 with byte-order mark and CRLF, so that every Windows shows it."""
    text = _TEXT.read_text("utf-8").format(
        number=face.number,
        volume=face.volume,
        volumes=face.volumes,
        months=face.backup_months,
        files="\n".join(f"   {name}" for name in names),
    )
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def _read_back(blobs: BlobStore, ref: BlobRef, sealed: Sequence[SealedFile], face: Face, password: str) -> None:
    expected: Mapping[str, SealedFile] = {each.name: each for each in sealed}
    with OpenImage(blobs, ref) as image:
        if sorted(image.names()) != sorted([README, *expected]):
            raise SealBroken("a disc image does not hold the files that it should")
        for udf in (False, True):
            with closing(image.file(README, udf=udf)) as file:
                if file.read() != readme_text(list(expected), face):
                    raise SealBroken("the README of a disc image is not what was written")
        for name, each in expected.items():
            for udf in (False, True):
                with closing(image.file(name, udf=udf)) as file:
                    check_sealed(file, password=password, manifest=each.manifest)
