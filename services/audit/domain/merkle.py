"""The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1.1), grown at its right edge in constant memory."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
TILE_HEIGHT: Final = 8


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a log entry as a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class TileHash:
    """One hash in a tile: of the `index`-th full subtree of 256**`level` leaves."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree by its size and its peaks: the roots of its full subtrees, the widest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    @property
    def root(self) -> bytes:
        """The tree's hash (MTH)."""
        if not self.peaks:
            return EMPTY_ROOT
        *others, root = self.peaks
        for peak in reversed(others):
            root = node_hash(peak, root)
        return root

    def packed(self) -> bytes:
        """The peaks as one byte string, for a store."""
        return b"".join(self.peaks)

    @classmethod
    def unpacked(cls, size: int, peaks: bytes) -> "Tree":
        """The tree that `packed` wrote."""
        if len(peaks) != size.bit_count() * HASH_BYTES:
            raise ValueError("peaks do not fit the size")
        return cls(size, tuple(peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES)))


def grown(tree: Tree, leaves: Iterable[bytes]) -> tuple[Tree, list[TileHash]]:
    """The tree with `leaves` (leaf hashes) appended, and the hashes of level 1 and above that became complete."""
    size, peaks = tree.size, list(tree.peaks)
    complete = []
    for node in leaves:
        level, index = 0, size
        while index & 1:
            node = node_hash(peaks.pop(), node)
            level, index = level + 1, index >> 1
            if level % TILE_HEIGHT == 0:
                complete.append(TileHash(level // TILE_HEIGHT, index, node))
        peaks.append(node)
        size += 1
    return Tree(size, tuple(peaks)), complete
