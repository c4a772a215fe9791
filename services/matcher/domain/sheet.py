"""The balance sheet of a batch: at every hop as many come out as went in, or the difference is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hop:
    """What went in, and where it is now; `reached` is False while the hop has not happened yet."""

    name: str
    given: int
    accounted: Mapping[str, int]
    reached: bool = True

    @property
    def missing(self) -> int:
        """How many are nowhere (negative: more came out than went in)."""
        return self.given - sum(self.accounted.values())

    @property
    def balanced(self) -> bool:
        """Whether nothing is missing, as far as the hop is reached."""
        return not self.reached or self.missing == 0


@dataclass(frozen=True, slots=True)
class Loss:
    """Records of one request that break the balance: the first serials, and how many there are."""

    hop: str
    request_id: str
    serials: tuple[int, ...]
    in_all: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """All hops of a batch, and the records that break the balance."""

    hops: Sequence[Hop]
    losses: Sequence[Loss]

    @property
    def balanced(self) -> bool:
        """Whether every hop balances and no record is lost."""
        return not self.losses and all(hop.balanced for hop in self.hops)
