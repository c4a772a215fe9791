"""Business days: no Saturday, Sunday, national holiday or year-end closing day."""

from collections.abc import Collection
from datetime import date, timedelta
from functools import cache
from typing import Final

import holidays

# (month, day). The closing days of public offices (行政機関の休日に関する法律 art. 1); another set may be passed in.
YEAR_END: Final = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
Closing = Collection[tuple[int, int]]


def is_business_day(day: date, closing: Closing = YEAR_END) -> bool:
    """Whether the office is open on that day."""
    return day.weekday() < 5 and (day.month, day.day) not in closing and day not in _holidays(day.year)


def on_or_before(day: date, closing: Closing = YEAR_END) -> date:
    """The day itself, or the last business day before it."""
    return _first_open(day, -1, closing)


def on_or_after(day: date, closing: Closing = YEAR_END) -> date:
    """The day itself, or the first business day after it."""
    return _first_open(day, 1, closing)


def last_of_month(year: int, month: int, closing: Closing = YEAR_END) -> date:
    """The last business day of a month."""
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return on_or_before(first_of_next - timedelta(days=1), closing)


def add_business_days(day: date, count: int, closing: Closing = YEAR_END) -> date:
    """The `count`-th business day after the day (before it, when negative); the day itself when 0."""
    step = 1 if count > 0 else -1
    for _ in range(abs(count)):
        day = _first_open(day + timedelta(days=step), step, closing)
    return day


def _first_open(day: date, step: int, closing: Closing) -> date:
    while not is_business_day(day, closing):
        day += timedelta(days=step)
    return day


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("JP", years=year))
