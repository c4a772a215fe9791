"""What goes wrong between the registry and a plan's file: each kind with its item, its truth, its share in the mix."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Literal

from tests.accuracy.sheets import Sheet

Truth = Literal["right", "wrong", "unclear"]
Happening = Callable[[Sheet, Sheet, Random], bool]


@dataclass(frozen=True)
class Kind:
    """One kind of corruption.

    `befalls` changes the asked or the held sheet and says whether it could. `truth` is what it makes of the item:
    right though written otherwise, wrong, or unclear (missing, unreadable, unknown to the registry). `share` is how
    often it befalls a record of the realistic mix on which it can.
    """

    name: str
    item: str
    truth: Truth
    share: float
    befalls: Happening


def kinds_of(item: str, rows: Iterable[tuple[str, Truth, float, Happening]]) -> tuple[Kind, ...]:
    """The kinds of one item."""
    return tuple(Kind(name, item, truth, share, befalls) for name, truth, share, befalls in rows)
