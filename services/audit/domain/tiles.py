"""Tiles as in C2SP tlog-tiles: names, widths, entry bundles."""

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from services.audit.domain.merkle import HASH_BYTES
from shared.refusals import Refusal

FULL: Final = 256
ENTRIES: Final = -1  # the "level" of entry bundles
HIGHEST: Final = 63
_NAME: Final = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*)([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile: `width` hashes of `level` (or entries) from `index` * 256 on. Narrower than 256: a partial tile."""

    level: int
    index: int
    width: int = FULL

    @property
    def path(self) -> str:
        """Where the tile lies below the log's prefix, as in `tile/0/x001/x234/067.p/12`."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        digits, parts = self.index, [f"{self.index % 1000:03d}"]
        while digits := digits // 1000:
            parts.insert(0, f"x{digits % 1000:03d}")
        partial = "" if self.width == FULL else f".p/{self.width}"
        return f"tile/{level}/{'/'.join(parts)}{partial}"

    @property
    def full(self) -> "Tile":
        """The same tile, as wide as it becomes."""
        return Tile(self.level, self.index)

    @property
    def start(self) -> int:
        """How many hashes (or entries) of its level lie before the tile."""
        return self.index * FULL


def tile_of(path: str) -> Tile:
    """The tile that `path` names. Refusal `tile-name` for anything but the one spelling that C2SP allows."""
    found = _NAME.fullmatch(path)
    if found is None:
        raise Refusal("tile-name")
    level = ENTRIES if found[1] == "entries" else int(found[1])
    index = int(found[2].replace("x", "").replace("/", "") + found[3])
    tile = Tile(level, index, FULL if found[4] is None else int(found[4]))
    if tile.path != path or level > HIGHEST:
        raise Refusal("tile-name")
    return tile


def count_at(level: int, size: int) -> int:
    """How many hashes of `level` a tree of `size` leaves has in its tiles."""
    return size if level == ENTRIES else size >> (8 * level)


def tile_at(level: int, position: int, size: int) -> Tile:
    """The tile of a tree of `size` that holds the hash at `position` of `level`."""
    index = position // FULL
    return Tile(level, index, min(FULL, count_at(level, size) - index * FULL))


def tiles_between(old: int, new: int) -> Iterator[Tile]:
    """The tiles that a tree of `new` leaves has and a tree of `old` leaves had not, lower levels first."""
    for level in range(ENTRIES, HIGHEST + 1):
        before, after = count_at(level, old), count_at(level, new)
        if after == 0:
            return
        for position in range(before - before % FULL, after if after > before else 0, FULL):
            yield tile_at(level, position, new)


def bundle(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: each entry after its length in two bytes."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def entries_of(data: bytes) -> Iterator[bytes]:
    """The entries of a bundle, one by one. Refusal `bundle-cut` where the data ends in the middle of one."""
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from(">H", data, at) if at + 2 <= len(data) else (len(data),)
        at += 2
        if at + length > len(data):
            raise Refusal("bundle-cut")
        yield data[at : at + length]
        at += length


def hashes_of(data: bytes) -> list[bytes]:
    """The hashes of a tile. Refusal `tile-cut` unless they are whole."""
    if len(data) % HASH_BYTES:
        raise Refusal("tile-cut")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def narrowed(tile: Tile, data: bytes) -> bytes:
    """The first `tile.width` parts of the data of a wider tile: a partial tile is the beginning of the full one."""
    if tile.level != ENTRIES:
        return data[: tile.width * HASH_BYTES]
    wanted = (entry for entry, _ in zip(entries_of(data), range(tile.width), strict=False))
    return bundle(wanted)
