"""Who may work today."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.authority.domain.duty import Standing, months_after, refusal_of_duty

TODAY = date(2026, 6, 1)
GOOD = Standing(date(2026, 4, 1), None, date(2026, 4, 1), date(2025, 6, 1), None)


def standing(**changes: date | None) -> Standing:
    return Standing(**({name: getattr(GOOD, name) for name in Standing.__dataclass_fields__} | changes))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"roster_from": date(2026, 6, 1)}, None),
        ({"roster_from": date(2026, 6, 2)}, "not-on-roster"),
        ({"roster_to": date(2026, 6, 1)}, None),
        ({"roster_to": date(2026, 5, 31)}, "not-on-roster"),
        ({"pledged_on": None}, "pledge-missing"),
        ({"pledged_on": date(2026, 6, 2)}, "pledge-missing"),
        ({"trained_on": None}, "training-missing"),
        ({"trained_on": date(2026, 6, 2)}, "training-missing"),
        ({"trained_on": date(2025, 5, 31)}, "training-expired"),
        ({"left_on": date(2026, 6, 1)}, None),
        ({"left_on": date(2026, 5, 31)}, "staff-left"),
    ],
)
def test_each_condition_is_named(changes: dict[str, date | None], code: str | None) -> None:
    assert refusal_of_duty(standing(**changes), TODAY) == code


def test_the_token_carries_the_earliest_end() -> None:
    assert GOOD.last_day is None
    assert standing(roster_to=date(2026, 7, 1), left_on=date(2026, 6, 30)).last_day == date(2026, 6, 30)
    assert standing(trained_on=None).trained_until is None
    assert standing(trained_on=date(2024, 2, 29)).trained_until == date(2025, 2, 28)


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=st.integers(1, 40))
def test_months_are_calendar_months(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
