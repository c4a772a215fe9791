"""The small files of a store: the wrapped key apart under `keys/`, so that it can go first, and gravestones."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from shared.blobs.data import blob_at, place_of
from shared.blobs.errors import BlobDamaged, BlobGone
from shared.crypto.durable import scrub, sync_directory, write_durably


class Places:
    """Key files and gravestones below one folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def key(self, blob_id: str) -> Path:
        """The wrapped key with what is needed to check and destroy."""
        return self._root / place_of("keys", blob_id, ".json")

    def gone(self, blob_id: str) -> Path:
        """What stays of a destroyed blob: its size and digest, never its key."""
        return self._root / place_of("gone", blob_id, ".json")

    @contextmanager
    def wrapping(self) -> Iterator[None]:
        """One process at a time, on this machine or another that shares the folder."""
        handle = os.open(self._root / ".wrapping", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def listed(self, owner: str = "*") -> Iterator[tuple[str, float]]:
        """Blobs that have a key file, with the time of its last change."""
        yield from files_listed(self._root, "keys", owner)

    def sweep(self, owner: str, before: float) -> None:
        """Shreds files that a process which died has left half written: they may hold a wrapped key."""
        for kind in ("keys", "gone"):
            for draft in old_drafts(self._root, kind, owner, before):
                shred(draft)


@dataclass(frozen=True)
class KeyFacts:
    """The small file beside a blob: which key wraps its data key, plain size, SHA-256 of the stored bytes."""

    key: str
    wrapped: str
    size: int
    sealed_sha256: str
    purpose: str

    def write(self, path: Path) -> None:
        """Replaces the file in one step."""
        make_room(path.parent)
        write_durably(path, orjson.dumps(self))

    @classmethod
    def read(cls, path: Path) -> "KeyFacts":
        """BlobGone when destroyed."""
        try:
            return cls(**orjson.loads(path.read_bytes()))
        except FileNotFoundError:
            raise BlobGone("the blob is gone") from None
        except (ValueError, TypeError):
            raise BlobDamaged("a blob's key file is not readable") from None


def make_room(folder: Path) -> None:
    """Makes a folder, its parents too, so that it survives a power cut."""
    if not folder.is_dir():
        make_room(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_directory(folder.parent)


def files_listed(root: Path, kind: str, owner: str) -> Iterator[tuple[str, float]]:
    """Blobs that have a file of this kind, with the time of its last change; what goes meanwhile is left out."""
    for path in root.glob(f"{kind}/{owner}/??/*"):
        if (blob_id := blob_at(path.as_posix())) is not None:
            with suppress(FileNotFoundError):
                yield blob_id, path.stat().st_mtime


def old_drafts(root: Path, kind: str, owner: str, before: float) -> Iterator[Path]:
    """Half-written files that nobody has touched since `before`."""
    for draft in list(root.glob(f"{kind}/{owner}/??/.*")):
        with suppress(FileNotFoundError):
            if draft.stat().st_mtime < before:
                yield draft


def mark_gone(gone: Path) -> None:
    """An empty gravestone, for a blob of which nothing is known any more; one that is there stays as it is."""
    make_room(gone.parent)
    handle = os.open(gone, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    sync_directory(gone.parent)


def shred_key(path: Path) -> None:
    """Shreds a key file, and the drafts of it that a process which died while wrapping it anew has left."""
    shred(path)
    for draft in list(path.parent.glob(f".{path.name}.*")):
        shred(draft)


def shred(path: Path) -> None:
    """Overwrites and removes a small file; no error when it is not there.

    Another process may put a new file in its place meanwhile (a key wrapped anew): that one is overwritten too."""
    with suppress(FileNotFoundError):
        while True:
            handle = os.open(path, os.O_RDWR)
            try:
                scrub(handle)
                if os.path.samestat(os.fstat(handle), path.stat()):
                    break
            finally:
                os.close(handle)
    remove(path)


def remove(path: Path) -> None:
    """Removes a file for good; no error when it is not there."""
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        sync_directory(path.parent)
