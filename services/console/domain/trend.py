"""A score over time as a line: where its points lie in a picture of a fixed size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 220
LEFT: Final = 46
RIGHT: Final = 24
TOP: Final = 24
BOTTOM: Final = 34
BEST: Final = 100
GRID: Final = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Point:
    """One cycle in the picture: x from the left, y from the top, in the picture's own units."""

    x: float
    y: float
    cycle: str
    score: int


@dataclass(frozen=True, slots=True)
class Trend:
    """A line of scores from 0 to 100, oldest first, with its grid lines (y, score)."""

    points: Sequence[Point]
    grid: Sequence[tuple[float, int]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT

    @property
    def path(self) -> str:
        """The points as SVG's polyline takes them."""
        return " ".join(f"{point.x:g},{point.y:g}" for point in self.points)


def trend_of(scores: Sequence[tuple[str, int]]) -> Trend:
    """The line of (cycle, score)."""
    gaps = max(len(scores) - 1, 1)
    across = WIDTH - LEFT - RIGHT
    points = [
        Point(round(LEFT + across * at / gaps, 1), _height(score), cycle, score)
        for at, (cycle, score) in enumerate(scores)
    ]
    return Trend(points, [(_height(score), score) for score in GRID])


def _height(score: int) -> float:
    return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - score / BEST), 1)
