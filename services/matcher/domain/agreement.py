"""How far two people who judge independently agree, beyond what chance alone would give (Cohen 1960)."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Agreement:
    """Pairs of verdicts, how many are alike, their share, and Cohen's kappa (1: always, 0: as chance, below: less).

    `rate` is None without pairs; `kappa` also where all verdicts are alike, because chance alone would then agree.
    """

    pairs: int
    agreed: int
    rate: float | None
    kappa: float | None


def agreement(pairs: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    """The agreement of first and second verdicts, each pair (first, second)."""
    count = len(pairs)
    agreed = sum(first == second for first, second in pairs)
    if not count:
        return Agreement(0, 0, None, None)
    observed = Fraction(agreed, count)
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    by_chance = Fraction(sum(firsts[verdict] * seconds[verdict] for verdict in firsts), count * count)
    kappa = None if by_chance == 1 else float((observed - by_chance) / (1 - by_chance))
    return Agreement(count, agreed, float(observed), kappa)
