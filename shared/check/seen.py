"""A set of texts by their 64-bit hashes: a million of them in 32 MB at most, whatever machine it runs on.

Two different texts of a file of a million records share a hash with a probability below one in ten million.
"""

from array import array
from hashlib import blake2b
from typing import Final

_START_BITS: Final = 12


class SeenTexts:
    """Open addressing with linear probing."""

    def __init__(self) -> None:
        self._table = _empty(_START_BITS)
        self._mask = len(self._table) - 1
        self._size = 0

    def add(self, text: str) -> bool:
        """Put a text in; whether it was there already."""
        hashed = int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) or 1
        if self._insert(hashed):
            return True
        self._size += 1
        if self._size * 2 > self._mask:
            self._grow()
        return False

    def _insert(self, hashed: int) -> bool:
        table, mask = self._table, self._mask
        slot = hashed & mask
        while there := table[slot]:
            if there == hashed:
                return True
            slot = (slot + 1) & mask
        table[slot] = hashed
        return False

    def _grow(self) -> None:
        old = self._table
        self._table = _empty(len(old).bit_length())
        self._mask = len(self._table) - 1
        for hashed in old:
            if hashed:
                self._insert(hashed)


def _empty(bits: int) -> "array[int]":
    return array("Q", bytes(8 << bits))
