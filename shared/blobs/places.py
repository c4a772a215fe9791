"""Where a blob lies: bytes under `data/`, its wrapped key apart under `keys/`, so that the key can go first."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from shared.blobs.errors import BlobDamaged, BlobGone
from shared.crypto.durable import scrub, sync_directory, write_durably

_ID: Final = re.compile(r"[a-z][a-z0-9_-]*\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Places:
    """The files of a store: a folder per kind, owner and last two digits of the id."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def data(self, blob_id: str) -> Path:
        """The sealed bytes."""
        return self._in("data", blob_id, ".blob")

    def key(self, blob_id: str) -> Path:
        """The wrapped key with what is needed to check and destroy."""
        return self._in("keys", blob_id, ".json")

    def gone(self, blob_id: str) -> Path:
        """What stays of a destroyed blob: its size and digest, never its key."""
        return self._in("gone", blob_id, ".json")

    def ids(self, *kinds: str, owner: str = "*") -> Iterator[str]:
        """The blobs that have a file of one of these kinds, each once."""
        seen = set()
        for kind in kinds:
            for path in self._root.glob(f"{kind}/{owner}/??/*"):
                blob_id = f"{path.parent.parent.name}.{path.stem}"
                if _ID.fullmatch(blob_id) and blob_id not in seen:
                    seen.add(blob_id)
                    yield blob_id

    def drafts(self, owner: str) -> Iterator[Path]:
        """Files that a process which died has left half written."""
        yield from self._root.glob(f"*/{owner}/??/.*")

    def _in(self, kind: str, blob_id: str, suffix: str) -> Path:
        if not _ID.fullmatch(blob_id):
            raise BlobGone("no such blob")
        owner, name = blob_id.split(".", 1)
        return self._root / kind / owner / name[-2:] / f"{name}{suffix}"


def make_room(folder: Path) -> None:
    """Makes a folder, its parents too, so that it survives a power cut."""
    if not folder.is_dir():
        make_room(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_directory(folder.parent)


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


def shred(path: Path) -> None:
    """Overwrites and removes a small file; no error when it is not there."""
    with suppress(FileNotFoundError):
        handle = os.open(path, os.O_RDWR)
        try:
            scrub(handle)
        finally:
            os.close(handle)
        remove(path)


def remove(path: Path) -> None:
    """Removes a file for good; no error when it is not there."""
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        sync_directory(path.parent)
