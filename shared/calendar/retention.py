"""How long things are kept: a dated table, and calendar arithmetic in Japan time."""

import calendar
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import TypeVar

from shared.calendar.clock import JST

Day = TypeVar("Day", date, datetime)


@dataclass(frozen=True)
class RetentionClock:
    """One row of the table: a period in months or days (years count as 12 months), or none when an event ends it."""

    name: str
    in_force_from: date
    ja: str
    en: str
    starts: str
    by: str
    source: str
    months: int = 0
    days: int = 0
    years: int = 0

    @property
    def by_event(self) -> bool:
        """Whether an event, and no period, ends it."""
        return not (self.months or self.days or self.years)


def add_months(day: Day, months: int) -> Day:
    """Calendar months later (earlier, when negative); a day that the month lacks becomes its last.

    An aware instant is moved on the calendar of Japan and returned in its own zone.
    """
    if isinstance(day, datetime) and day.tzinfo is not None:
        return _moved(day.astimezone(JST), months).astimezone(day.tzinfo)
    return _moved(day, months)


@cache
def clocks() -> tuple[RetentionClock, ...]:
    """The whole table."""
    data = tomllib.loads((files("shared.calendar") / "data" / "retention.toml").read_text("utf-8"))
    return tuple(RetentionClock(**row) for row in data["clocks"])


def clock(name: str, at: date | None = None) -> RetentionClock:
    """The row of that name in force on a day (default: the newest)."""
    rows = [row for row in clocks() if row.name == name and (at is None or row.in_force_from <= at)]
    if not rows:
        raise KeyError(name)
    return max(rows, key=lambda row: row.in_force_from)


def due(name: str, start: datetime) -> datetime | None:
    """When something that started at an (aware) instant is to be destroyed, UTC; None when an event decides.

    The period is counted on the calendar of Japan: three months from 30 November end on the last of February.
    """
    row = clock(name, start.astimezone(JST).date())
    if row.by_event:
        return None
    later = add_months(start.astimezone(JST), row.months + 12 * row.years) + timedelta(days=row.days)
    return later.astimezone(UTC)


def _moved(day: Day, months: int) -> Day:
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return day.replace(year=year, month=month, day=min(day.day, calendar.monthrange(year, month)[1]))
