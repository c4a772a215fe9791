"""Business days, held against the published holidays of three years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar.business_days import add_business_days, is_business_day, last_of_month, on_or_after, on_or_before

HOLIDAYS = {
    2025: "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/21 8/11 9/15 9/23 10/13 11/3 11/23 11/24",
    2026: "1/1 1/12 2/11 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/20 8/11 9/21 9/22 9/23 10/12 11/3 11/23",
    2027: "1/1 1/11 2/11 2/23 3/21 3/22 4/29 5/3 5/4 5/5 7/19 8/11 9/20 9/23 10/11 11/3 11/23",
}
DAYS = st.dates(date(2000, 1, 10), date(2090, 1, 1))


@pytest.mark.parametrize("year", HOLIDAYS)
def test_every_day_of_the_year(year: int) -> None:
    holidays = {date(year, *map(int, day.split("/"))) for day in HOLIDAYS[year].split()}
    for number in range(365):
        day = date(year, 1, 1) + timedelta(days=number)
        closed = day.weekday() >= 5 or day in holidays
        assert is_business_day(day, closing=()) is not closed
        year_end = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
        assert is_business_day(day) is not (closed or year_end)


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2025, 8, 29), (2025, 11, 28), (2025, 12, 26), (2026, 2, 27), (2026, 5, 29), (2026, 12, 28), (2027, 12, 28)],
)
def test_last_business_day(year: int, month: int, day: int) -> None:
    assert last_of_month(year, month) == date(year, month, day)


def test_year_end_closing_is_a_setting() -> None:
    assert last_of_month(2026, 12, closing=()) == date(2026, 12, 31)


@given(DAYS)
def test_moving_lands_on_business_days(day: date) -> None:
    before, after = on_or_before(day), on_or_after(day)
    assert before <= day <= after
    assert is_business_day(before)
    assert is_business_day(after)
    assert (before == day) is (after == day) is is_business_day(day)


@given(DAYS, st.integers(1, 30))
def test_adding_and_taking_away(day: date, count: int) -> None:
    later = add_business_days(day, count)
    assert sum(is_business_day(day + timedelta(days=n)) for n in range(1, (later - day).days + 1)) == count
    assert add_business_days(later, -count) == on_or_before(day)
    assert add_business_days(day, 0) == day
