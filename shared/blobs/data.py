"""The seam below the store: where sealed bytes lie, be it a folder or a bucket. Keys never lie there."""

import re
from collections.abc import Iterator
from typing import Final, Protocol

from shared.blobs.errors import BlobGone

_ID: Final = re.compile(r"[a-z][a-z0-9_-]*\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Sink(Protocol):
    """One blob's sealed bytes on their way in."""

    def write(self, sealed: bytes) -> None:
        """Takes the next bytes."""

    def finish(self, sha256: str) -> None:
        """Returns when all bytes are there to stay, under their name; `sha256` is the digest of what was written."""

    def abort(self) -> None:
        """Leaves nothing behind, whether finished before or not."""


class Source(Protocol):
    """One blob's sealed bytes, read at any place."""

    def read(self, offset: int, size: int) -> bytes:
        """The bytes from `offset`; fewer only where the blob has fewer."""

    def close(self) -> None:
        """Lets go."""


class Data(Protocol):
    """Sealed bytes by blob id."""

    def sink(self, blob_id: str) -> Sink:
        """Begins a new blob's bytes."""

    def source(self, blob_id: str, size: int) -> Source:
        """Opens bytes. BlobGone where there are none, BlobDamaged where they are not `size` in number."""

    def remove(self, blob_id: str) -> None:
        """Removes bytes for good; no error when they are gone."""

    def listed(self, owner: str = "*") -> Iterator[tuple[str, float]]:
        """Blobs that have bytes, with the time of the last change (seconds since 1970)."""

    def sweep(self, owner: str, before: float) -> None:
        """Removes what a process that died left half written and nobody has touched since `before`."""


def place_of(kind: str, blob_id: str, suffix: str) -> str:
    """The relative path of a blob's file: a folder per kind, owner and last two digits. BlobGone where it is no id."""
    if not _ID.fullmatch(blob_id):
        raise BlobGone("no such blob")
    owner, name = blob_id.split(".", 1)
    return f"{kind}/{owner}/{name[-2:]}/{name}{suffix}"


def blob_at(path: str) -> str | None:
    """The blob whose file lies at this path, if it is one."""
    _, owner, _, file = ("", "", "", *path.split("/"))[-4:]
    blob_id = f"{owner}.{file.rsplit('.', 1)[0]}"
    return blob_id if _ID.fullmatch(blob_id) else None
