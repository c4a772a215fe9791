"""Sealed bytes on a file system, under `data/`."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from shared.blobs.data import place_of
from shared.blobs.errors import BlobDamaged, BlobGone
from shared.blobs.places import files_listed, make_room, old_drafts, remove
from shared.crypto.durable import sync_directory


class FolderData:
    """A file a blob. A draft with a leading dot takes its place in one step when it is whole and on disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def sink(self, blob_id: str) -> "FolderSink":
        """Begins a new file."""
        return FolderSink(self._path(blob_id))

    def source(self, blob_id: str, size: int) -> "FolderSource":
        """Opens a file. BlobGone where there is none, BlobDamaged where it has another length than `size`."""
        return FolderSource(self._path(blob_id), size)

    def remove(self, blob_id: str) -> None:
        """Removes a file for good; no error when it is gone."""
        remove(self._path(blob_id))

    def listed(self, owner: str = "*") -> Iterator[tuple[str, float]]:
        """Blobs that have a file, with the time of its last change."""
        yield from files_listed(self._root, "data", owner)

    def sweep(self, owner: str, before: float) -> None:
        """Removes drafts that nobody has written to since `before`."""
        for draft in old_drafts(self._root, "data", owner, before):
            with suppress(FileNotFoundError):
                draft.unlink()

    def _path(self, blob_id: str) -> Path:
        return self._root / place_of("data", blob_id, ".blob")


class FolderSink:
    """A draft that becomes the file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}")
        make_room(path.parent)
        self._file = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)

    def write(self, sealed: bytes) -> None:
        """OSError when the disk has no room."""
        left = memoryview(sealed)
        while left:
            left = left[os.write(self._file, left) :]

    def finish(self, sha256: str) -> None:
        """On disk, then under its name. What the kernel says is written is not read back."""
        os.fsync(self._file)
        self._close()
        os.replace(self._draft, self._path)
        sync_directory(self._path.parent)

    def abort(self) -> None:
        """Removes draft and file."""
        self._close()
        self._draft.unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


class FolderSource:
    """An open file: what was opened can be read to its end, even when the blob is destroyed meanwhile."""

    def __init__(self, path: Path, size: int) -> None:
        try:
            self._file = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            raise BlobGone("the blob's bytes are gone") from None
        if os.fstat(self._file).st_size != size:
            self.close()
            raise BlobDamaged("a blob has another length than was written")

    def read(self, offset: int, size: int) -> bytes:
        """Reads at a place."""
        return os.pread(self._file, size, offset)

    def close(self) -> None:
        """Closes the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
