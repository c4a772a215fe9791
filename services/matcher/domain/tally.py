"""The balance of an answer file: every seq of the inquiry answered exactly once, its candidates complete."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

NAMED_AT_MOST: Final = 1_000
MOST_CANDIDATES: Final = 5
WITH_PEOPLE: Final = (0, 2)


@dataclass(frozen=True, slots=True)
class Imbalance:
    """What does not balance: a stable code, the first seqs concerned, and how many there are."""

    code: str
    seqs: tuple[int, ...]
    in_all: int


def imbalance(code: str, seqs: Numbers) -> Imbalance:
    """Names the first 1,000 of `seqs`, ascending."""
    ordered = np.unique(seqs)
    return Imbalance(code, tuple(int(seq) for seq in ordered[:NAMED_AT_MOST]), int(ordered.size))


class Tally:
    """Counts answers by seq in any order, in nine bytes a seq. Strange seqs are kept apart."""

    def __init__(self, asked: int) -> None:
        self._asked = asked
        self._records = np.zeros(asked + 1, dtype=np.uint32)
        self._candidates_seen = np.zeros(asked + 1, dtype=np.uint8)
        self._fewest = np.full(asked + 1, 255, dtype=np.uint8)
        self._most = np.zeros(asked + 1, dtype=np.uint8)
        self._lowest = np.full(asked + 1, 255, dtype=np.uint8)
        self._highest = np.zeros(asked + 1, dtype=np.uint8)
        self._strange: list[Numbers] = []
        self._strange_in_all = 0

    def add(self, *, seq: Numbers, result: Numbers, candidate: Numbers, candidates: Numbers) -> None:
        """Take records in; where nobody is named, candidate and candidates count as 1 of 1."""
        known = (seq >= 1) & (seq <= self._asked)
        if not known.all():
            self._note_strange(seq[~known])
            seq, result, candidate, candidates = seq[known], result[known], candidate[known], candidates[known]
        nobody = ~np.isin(result, WITH_PEOPLE) | (candidates == 0)
        of = np.where(nobody, 1, np.clip(candidates, 1, 254)).astype(np.uint8)
        which = np.where(nobody, 1, np.clip(candidate, 0, MOST_CANDIDATES + 1))
        got = result.astype(np.uint8)
        np.add.at(self._records, seq, np.uint32(1))
        np.bitwise_or.at(self._candidates_seen, seq, np.left_shift(1, which).astype(np.uint8))
        np.minimum.at(self._fewest, seq, of)
        np.maximum.at(self._most, seq, of)
        np.minimum.at(self._lowest, seq, got)
        np.maximum.at(self._highest, seq, got)

    def problem(self) -> Imbalance | None:
        """The first kind of imbalance found, or None when every seq is answered exactly once."""
        if self._strange_in_all:
            named = imbalance("seq-unknown", np.concatenate(self._strange))
            return Imbalance(named.code, named.seqs, self._strange_in_all)
        for code, wrong in (("seq-missing", self._missing()), ("seq-twice", self._twice())):
            if wrong.any():
                return imbalance(code, np.flatnonzero(wrong).astype(np.int64) + 1)
        incomplete = self._incomplete()
        if incomplete.any():
            return imbalance("candidates-incomplete", np.flatnonzero(incomplete).astype(np.int64) + 1)
        return None

    @property
    def answered(self) -> int:
        """How many seqs of the inquiry have at least one record."""
        return int((self._records[1:] > 0).sum())

    def _note_strange(self, seqs: Numbers) -> None:
        self._strange_in_all += seqs.size
        if sum(some.size for some in self._strange) < NAMED_AT_MOST:
            self._strange.append(seqs[:NAMED_AT_MOST])

    def _missing(self) -> Flags:
        return np.asarray(self._records[1:] == 0)

    def _twice(self) -> Flags:
        """More records than different candidates, or two answers that contradict each other."""
        different = np.bitwise_count(self._candidates_seen[1:])
        return np.asarray((self._records[1:] > different) | (self._lowest[1:] != self._highest[1:]))

    def _incomplete(self) -> Flags:
        """Candidates 1 to n, all of them and no other, each record naming the same n."""
        all_of_them = np.left_shift(2, np.minimum(self._most[1:], MOST_CANDIDATES + 1).astype(np.int64)) - 2
        too_many = self._most[1:] > MOST_CANDIDATES
        return np.asarray((self._candidates_seen[1:] != all_of_them) | (self._fewest[1:] != self._most[1:]) | too_many)
