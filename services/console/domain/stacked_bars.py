"""Bars of two parts beside one another, in a picture of a fixed size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 200
LEFT: Final = 8
TOP: Final = 24
BOTTOM: Final = 28


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, what its two parts count, whether it is a pale one, and its place in the picture's units."""

    label: str
    lower: int
    upper: int
    pale: bool
    x: float
    width: float
    lower_y: float
    lower_height: float
    upper_y: float
    upper_height: float


@dataclass(frozen=True, slots=True)
class Picture:
    """The bars, and the number that the highest stands for."""

    bars: Sequence[Bar]
    most: int
    width: int = WIDTH
    height: int = HEIGHT


def picture_of(rows: Sequence[tuple[str, int, int, bool]]) -> Picture:
    """A bar for each (label, lower, upper, pale), all on one scale."""
    most = max((lower + upper for _, lower, upper, _ in rows), default=0)
    step, room = (WIDTH - 2 * LEFT) / max(len(rows), 1), HEIGHT - TOP - BOTTOM
    bars = []
    for at, (label, lower, upper, pale) in enumerate(rows):
        low, high = room * lower / max(most, 1), room * upper / max(most, 1)
        base = HEIGHT - BOTTOM
        bars.append(
            Bar(
                label,
                lower,
                upper,
                pale,
                x=round(LEFT + at * step + step * 0.1, 1),
                width=round(step * 0.8, 1),
                lower_y=round(base - low, 1),
                lower_height=round(low, 1),
                upper_y=round(base - low - high, 1),
                upper_height=round(high, 1),
            )
        )
    return Picture(bars, most)
