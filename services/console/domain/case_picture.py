"""A case as a picture: when each kind of finding showed, above all that was done in that time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from shared.calendar.clock import JST

WIDTH: Final = 900
LEFT: Final = 250
RIGHT: Final = 30
ROW: Final = 34
TOP: Final = 16
BOTTOM: Final = 34
TICKS: Final = 4
SHORTEST: Final = timedelta(minutes=10)
RADIUS: Final = {"low": 5, "medium": 7, "high": 9}
Across = Callable[[datetime], float]
"""Where an instant lies from the left."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A finding: its first sign at x, its last one at `until`; a graver one is larger."""

    x: float
    until: float
    radius: int
    severity: str
    words: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One kind of finding: y from the top, its title, its dots."""

    y: int
    title: str
    dots: Sequence[Dot]


@dataclass(frozen=True, slots=True)
class Picture:
    """Lanes of findings, a lane of accesses (x, whether odd), and marks on the axis (x, text), in a picture's units."""

    lanes: Sequence[Lane]
    accesses: Sequence[tuple[float, bool]]
    ticks: Sequence[tuple[float, str]]
    foot: int
    height: int
    width: int = WIDTH
    left: int = LEFT
    right: int = WIDTH - RIGHT


def picture_of(findings: Sequence[Mapping[str, Any]], accesses: Sequence[Mapping[str, Any]]) -> Picture:
    """The picture of a case's findings (at least one) and of the accesses around them."""
    instants = [_at(one, name) for one in findings for name in ("at", "last_at")]
    begin, end = min(instants), max(instants)
    room = max(end - begin, SHORTEST) / 12
    begin, end = begin - room, end + room

    def across(at: datetime) -> float:
        share = (at - begin) / (end - begin)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * min(1.0, max(0.0, share)), 1)

    titles = list(dict.fromkeys(str(one["title"]["ja"]) for one in findings))
    lanes = [
        Lane(
            TOP + ROW * number + ROW // 2, title, [_dot(one, across) for one in findings if one["title"]["ja"] == title]
        )
        for number, title in enumerate(titles)
    ]
    shown = [(across(_at(one, "at")), bool(one["odd"])) for one in accesses if begin <= _at(one, "at") <= end]
    foot = TOP + ROW * (len(lanes) + 1)
    return Picture(lanes, shown, _ticks(begin, end, across), foot, foot + BOTTOM)


def _dot(finding: Mapping[str, Any], across: Across) -> Dot:
    severity = str(finding["severity"])
    words = f"{_text(_at(finding, 'at'))} {finding['sentence']['ja']}"
    return Dot(across(_at(finding, "at")), across(_at(finding, "last_at")), RADIUS[severity], severity, words)


def _ticks(begin: datetime, end: datetime, across: Across) -> list[tuple[float, str]]:
    marks = [begin + (end - begin) * number / TICKS for number in range(TICKS + 1)]
    return [(across(mark), _text(mark)) for mark in marks]


def _text(at: datetime) -> str:
    return at.astimezone(JST).strftime("%m-%d %H:%M")


def _at(row: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(str(row[name]))
