"""How a batch is cut: whole chunks of requests are packed into parts, and seqs are given from 1 without a gap."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

LARGEST_PART: Final = 50_000


@dataclass(frozen=True, slots=True)
class Span:
    """One chunk's place in the batch: its part, and the seqs from `first_seq` on that its `asked` rows got."""

    part: int
    first_seq: int
    asked: int
    rows: int


def spans(sizes: Iterable[tuple[int, int]], *, largest: int = LARGEST_PART) -> tuple[Span, ...]:
    """Places for chunks given as (rows, asked), in order. No part exceeds `largest` rows unless one chunk does."""
    placed = []
    part, filled, next_seq = 0, 0, 1
    for rows, asked in sizes:
        if filled and filled + rows > largest:
            part, filled = part + 1, 0
        placed.append(Span(part=part, first_seq=next_seq, asked=asked, rows=rows))
        filled += rows
        next_seq += asked
    return tuple(placed)


def seq_bounds(placed: Sequence[Span]) -> tuple[int, ...]:
    """The first seq of each part, and one past the last seq of all: part p holds bounds[p] <= seq < bounds[p + 1]."""
    firsts: list[int] = []
    for span in placed:
        if span.part == len(firsts):
            firsts.append(span.first_seq)
    end = placed[-1].first_seq + placed[-1].asked if placed else 1
    return (*firsts, end)
