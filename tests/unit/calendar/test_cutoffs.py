"""Cutoffs: the published table of deadlines, cycles without gaps, and when replies are due."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar.business_days import is_business_day
from shared.calendar.clock import JST
from shared.calendar.cutoffs import (
    CutoffRule,
    cutoff_at,
    cutoff_day,
    cycle_of,
    cycles_between,
    is_cycle,
    next_cycle,
    previous_cycle,
    reply_due,
    rule_for,
    rules,
)

# Months whose 15th is a closed day: the business day before and after it.
CLOSED = {
    "2025-02": (14, 17), "2025-03": (14, 17), "2025-06": (13, 16), "2025-09": (12, 16), "2025-11": (14, 17),
    "2026-02": (13, 16), "2026-03": (13, 16), "2026-08": (14, 17), "2026-11": (13, 16), "2027-05": (14, 17),
    "2027-08": (13, 16),
}  # fmt: skip
LAST = (
    "31 28 31 30 30 30 31 29 30 31 28 26  30 27 31 30 29 30 31 31 30 30 30 28  29 26 31 30 31 30 30 31 30 29 30 28"
).split()
MONTHS = [f"{year}-{month:02}" for year in (2025, 2026, 2027) for month in range(1, 13)]
START = datetime(2001, 1, 1, tzinfo=UTC)
INSTANTS = st.timedeltas(timedelta(0), timedelta(days=32_000)).map(lambda after: START + after)


@pytest.mark.parametrize("month", MONTHS)
def test_mid_month(month: str) -> None:
    before, after = CLOSED.get(month, (15, 15))
    days = {"previous": before, "same": 15, "next": after}
    for shift, day in days.items():
        rule = replace(rules()[0], shift=shift)
        assert cutoff_day(f"{month}-A", rule) == date.fromisoformat(f"{month}-{day:02}")
    assert cutoff_day(f"{month}-A").day == after


@pytest.mark.parametrize(("month", "last"), zip(MONTHS, LAST, strict=True))
def test_month_end(month: str, last: str) -> None:
    assert cutoff_day(f"{month}-B") == date.fromisoformat(f"{month}-{last}")


def test_cutoff_instant_is_in_japan_time_and_still_belongs() -> None:
    at = cutoff_at("2026-06-A")
    assert at == datetime(2026, 6, 15, 23, 59, 59, tzinfo=JST)
    assert at.tzinfo is UTC
    assert cycle_of(at) == "2026-06-A"
    assert cycle_of(at + timedelta(milliseconds=1)) == "2026-06-B"
    assert cycle_of(datetime(2026, 12, 29, tzinfo=JST)) == "2027-01-A"


@given(INSTANTS)
def test_every_instant_has_one_cycle(instant: datetime) -> None:
    cycle = cycle_of(instant)
    assert cutoff_at(previous_cycle(cycle)) < instant <= cutoff_at(cycle)
    assert next_cycle(previous_cycle(cycle)) == cycle == previous_cycle(next_cycle(cycle))


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=200)))
def test_cycles_between(after: datetime, span: timedelta) -> None:
    found = cycles_between(after, after + span)
    assert all(after < cutoff_at(cycle) <= after + span for cycle in found)
    following = next_cycle(found[-1]) if found else cycle_of(after + timedelta(microseconds=1))
    assert cutoff_at(following) > after + span
    assert found == sorted(found)


@given(INSTANTS)
def test_replies_are_due_on_business_days_after_the_cutoff(instant: datetime) -> None:
    cycle = cycle_of(instant)
    due = reply_due(cycle)
    assert is_business_day(due)
    assert due > cutoff_day(cycle)


@pytest.mark.parametrize(
    ("cycle", "due"),
    [
        ("2026-06-A", "2026-06-25"),
        ("2026-06-B", "2026-07-10"),
        ("2026-09-B", "2026-10-09"),
        ("2026-12-B", "2027-01-08"),
        ("2026-07-A", "2026-07-24"),
    ],
)
def test_replies_due(cycle: str, due: str) -> None:
    assert reply_due(cycle) == date.fromisoformat(due)


@pytest.mark.parametrize("text", ["2026-13-A", "2026-06-C", "2026-6-A", "", "2026-06-A\n"])
def test_no_cycle(text: str) -> None:
    assert not is_cycle(text)
    with pytest.raises(ValueError, match="cycle"):
        cutoff_day(text)


def test_rules_are_dated() -> None:
    assert rule_for(date(2026, 6, 1)).version == "cutoffs-1"
    assert rule_for(date(1990, 1, 1)) == rules()[0]
    assert is_cycle("2026-06-B")


@pytest.mark.parametrize(("shift", "mid_day", "reply_day"), [("sideways", 15, 10), ("next", 31, 10), ("next", 15, 0)])
def test_a_rule_must_fit_every_month(shift: str, mid_day: int, reply_day: int) -> None:
    with pytest.raises(ValueError, match="no such cutoff rule"):
        CutoffRule("x", date(2026, 1, 1), mid_day=mid_day, shift=shift, reply_day_b=reply_day)
