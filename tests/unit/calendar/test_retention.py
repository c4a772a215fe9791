"""Retention: calendar months, and the clocks of the source document."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar.clock import JST
from shared.calendar.eras import ERAS, era_of, in_era
from shared.calendar.retention import add_months, clock, clocks, due


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-01-31", 3, "2026-04-30"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-12-15", 12, "2027-12-15"),
        ("2026-06-15", 0, "2026-06-15"),
    ],
)
def test_months(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@given(st.dates(date(1950, 1, 1), date(2090, 1, 1)), st.integers(0, 120))
def test_months_keep_the_day_or_clamp_it(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_months_are_counted_in_japan() -> None:
    start = datetime(2026, 11, 30, 16, tzinfo=UTC)  # 1 December in Japan
    assert add_months(start, 3) == datetime(2027, 2, 28, 16, tzinfo=UTC)
    assert add_months(start, 3).tzinfo is UTC
    assert add_months(start.astimezone(JST), 3).tzinfo is JST


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("reader_copy", datetime(2027, 3, 30, 3, tzinfo=UTC)),
        ("received_medium", datetime(2027, 2, 28, 3, tzinfo=UTC)),
        ("request_form", datetime(2027, 2, 28, 3, tzinfo=UTC)),
        ("reply_backup", datetime(2027, 2, 28, 3, tzinfo=UTC)),
        ("logs", datetime(2033, 11, 30, 3, tzinfo=UTC)),
        ("transfer_file", None),
        ("my_number", None),
        ("inquiry_number", None),
    ],
)
def test_clocks(name: str, end: datetime | None) -> None:
    assert due(name, datetime(2026, 11, 30, 3, tzinfo=UTC)) == end
    assert clock(name, date(2026, 1, 1)).by_event is (end is None)


def test_the_table_is_complete() -> None:
    assert all(row.ja and row.en and row.source and row.starts and row.by for row in clocks())
    with pytest.raises(KeyError):
        clock("unknown")
    with pytest.raises(KeyError):
        clock("logs", date(1999, 1, 1))


def test_eras() -> None:
    assert in_era(date(2026, 6, 15)) == "令和8年6月15日"
    assert in_era(date(2019, 5, 1)) == "令和元年5月1日"
    assert era_of(date(1989, 1, 7)).name == "昭和"
    assert era_of(date(1850, 1, 1)) == ERAS[0]
