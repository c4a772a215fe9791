"""One day in a room as a picture: a row a person, a bar where both ends are known, only a mark where they are not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.calendar.clock import JST

LEFT: Final = 170
WIDTH: Final = 980
ROW: Final = 30
TOP: Final = 30
EARLIEST, LATEST = 7, 21


@dataclass(frozen=True, slots=True)
class Bar:
    """Inside from x for `width`: entry and exit are both known."""

    x: float
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A passage or an act at x; `kind`: in | out | act."""

    x: float
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """One person's row: staff id or the number at the door, bars and marks; `y` is the row's middle."""

    who: str
    y: float
    bars: Sequence[Bar]
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class RoomDay:
    """The picture: rows, and the hours along its top as (x, text)."""

    lines: Sequence[Line]
    hours: Sequence[tuple[float, str]]
    width: int
    height: int
    left: int = LEFT


def picture_of(day: Mapping[str, Any]) -> RoomDay:
    """The day as the audit service tells it."""
    hours = _hours(day)
    people = sorted({_who(one) for one in day["entries"]} | {one["staff_id"] for one in _told_against(day)})
    lines = [_line(day, who, TOP + ROW * (at + 0.5), hours) for at, who in enumerate(people)]
    along = [(_x(hour, hours), f"{hour}:00") for hour in range(hours[0], hours[1] + 1)]
    return RoomDay(lines, along, WIDTH, TOP + ROW * len(people) + 8)


def clock_time(text: str) -> str:
    """Hour and minute in Japan."""
    return _at(text).strftime("%H:%M")


def _line(day: Mapping[str, Any], who: str, y: float, hours: tuple[int, int]) -> Line:
    stays = [one for one in day["stays"] if _who(one) == who and one["left_at"]]
    bars = [_bar(one, hours) for one in stays]
    marks = [_mark(one["at"], one["direction"], hours) for one in day["entries"] if _who(one) == who]
    marks += [_mark(one["at"], "act", hours) for one in _told_against(day) if one["staff_id"] == who]
    return Line(who, y, bars, marks)


def _bar(stay: Mapping[str, Any], hours: tuple[int, int]) -> Bar:
    begin, end = (_x(_hour(stay[name]), hours) for name in ("entered_at", "left_at"))
    words = f"{clock_time(stay['entered_at'])}–{clock_time(stay['left_at'])}"
    return Bar(begin, max(round(end - begin, 1), 1), words)


def _mark(at: str, kind: str, hours: tuple[int, int]) -> Mark:
    return Mark(_x(_hour(at), hours), kind or "other", clock_time(at))


def _told_against(day: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in day["checks"] if one["outcome"] in ("not-inside", "room-empty")]


def _who(one: Mapping[str, Any]) -> str:
    return one["staff_id"] or f"({one['user']})"


def _hours(day: Mapping[str, Any]) -> tuple[int, int]:
    """Working hours, wider where something happened outside of them."""
    at = [_hour(one["at"]) for one in (*day["entries"], *_told_against(day))]
    return min([EARLIEST, *(int(hour) for hour in at)]), max([LATEST, *(int(hour) + 1 for hour in at)])


def _x(hour: float, hours: tuple[int, int]) -> float:
    first, last = hours
    return round(LEFT + (WIDTH - LEFT - 20) * (hour - first) / (last - first), 1)


def _hour(text: str) -> float:
    at = _at(text)
    return at.hour + at.minute / 60


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(JST)
