"""A set of texts by their 64-bit hashes, for columns: a million of them in 16 MB, looked up at once.

Two different texts of a file of a million records share a hash with a probability below one in ten million.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

_START_BITS: Final = 17
_SEED: Final = 0x5348_4F4B

Hashes = npt.NDArray[np.uint64]


class HashedSet:
    """Open addressing with linear probing, all probes of a column at a time."""

    def __init__(self, texts: pl.Series | None = None) -> None:
        self._bits = _START_BITS
        self._table: Hashes = np.zeros(1 << self._bits, np.uint64)
        self.size = 0
        if texts is not None:
            self.add(texts)

    def add(self, texts: pl.Series) -> pl.Series:
        """Put a column in; true where a text was there already, or stands earlier in the same column."""
        hashes = hashes_of(texts)
        repeated = np.asarray(~texts.is_first_distinct().to_numpy())
        while (self.size + len(hashes)) * 2 > len(self._table):
            self._grow()
        repeated[~repeated] = self._insert(hashes[~repeated])
        return pl.Series(repeated, dtype=pl.Boolean)

    def contains(self, texts: pl.Series) -> pl.Series:
        """True where a text is in the set."""
        hashes = hashes_of(texts)
        found = np.zeros(len(hashes), bool)
        open_, slots = np.arange(len(hashes)), self._slots(hashes)
        while len(open_):
            there = self._table[slots]
            found[open_[there == hashes[open_]]] = True
            left = (there != 0) & (there != hashes[open_])
            open_, slots = open_[left], (slots[left] + 1) & self._mask
        return pl.Series(found, dtype=pl.Boolean)

    def _insert(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Insert hashes that differ among themselves; true where one was there already."""
        known = np.zeros(len(hashes), bool)
        open_, slots = np.arange(len(hashes)), self._slots(hashes)
        while len(open_):
            there = self._table[slots]
            known[open_[there == hashes[open_]]] = True
            free = there == 0
            self._table[slots[free]] = hashes[open_[free]]
            # Of several that met in one free slot the last one has it; the others see that now and go on.
            settled = (self._table[slots] == hashes[open_]) | (there == hashes[open_])
            open_, slots = open_[~settled], (slots[~settled] + 1) & self._mask
        self.size += int(len(hashes) - known.sum())
        return known

    def _grow(self) -> None:
        old = self._table[self._table != 0]
        self._bits += 1
        self._table = np.zeros(1 << self._bits, np.uint64)
        self.size = 0
        self._insert(old)

    def _slots(self, hashes: Hashes) -> npt.NDArray[np.int64]:
        return (hashes & np.uint64(self._mask)).astype(np.int64)

    @property
    def _mask(self) -> int:
        return (1 << self._bits) - 1


def hashes_of(texts: pl.Series) -> Hashes:
    """The 64-bit hashes of a column, none of them 0."""
    hashes: Hashes = texts.hash(_SEED).to_numpy()
    return np.where(hashes == 0, np.uint64(1), hashes)
