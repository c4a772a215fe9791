"""Gaps in the room log: business days in a row without any row."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

from shared.calendar.business_days import is_business_day


def business_days(first: date, last: date) -> Sequence[date]:
    """The business days from `first` to `last`."""
    span = (first + timedelta(days=at) for at in range((last - first).days + 1))
    return [day for day in span if is_business_day(day)]


def gaps(days: Sequence[date], recorded: Collection[date], least: int) -> Iterator[tuple[date, int]]:
    """Each run of at least `least` business days without a row: its first day and its length."""
    run: list[date] = []
    for day in [*days, None]:
        if day is not None and day not in recorded:
            run.append(day)
            continue
        if len(run) >= least:
            yield run[0], len(run)
        run = []
