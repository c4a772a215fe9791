"""What is to be destroyed, month by month, as bars in a picture of a fixed size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

WIDTH: Final = 720
HEIGHT: Final = 220
LEFT: Final = 20
TOP: Final = 28
BOTTOM: Final = 34
GAP: Final = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: place and size in the picture's own units, and how many copies it stands for."""

    month: str
    copies: int
    x: float
    y: float
    width: float
    height: float


def months_of(forecast: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """The rows of the forecast by month, in order; months in between without any are there too."""
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in _names(str(forecast["month"]))}
    for row in forecast["months"]:
        found[row["month"]].append(row)
    return found


def bars_of(months: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Bar]:
    """A bar a month, the highest as high as the picture allows."""
    counts = {name: sum(int(row["copies"]) for row in rows) for name, rows in months.items()}
    most, step = max(counts.values(), default=0) or 1, (WIDTH - 2 * LEFT) / max(len(counts), 1)
    bars = []
    for at, (name, copies) in enumerate(counts.items()):
        height = round((HEIGHT - TOP - BOTTOM) * copies / most, 1)
        x, y = round(LEFT + at * step + GAP / 2, 1), round(HEIGHT - BOTTOM - height, 1)
        bars.append(Bar(name, copies, x, y, round(step - GAP, 1), height))
    return bars


def _names(first: str, count: int = 12) -> list[str]:
    year, month = (int(part) for part in first.split("-"))
    return [f"{year + (month - 1 + ahead) // 12}-{(month - 1 + ahead) % 12 + 1:02d}" for ahead in range(count)]
