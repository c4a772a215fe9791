"""Kept copies against their clocks."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.copies import month_of, months_from, state_of
from shared.calendar.clock import JST

INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # Hypothesis wants them so


def test_a_month_begins_and_ends_in_japan() -> None:
    month = month_of(datetime(2026, 5, 31, 15, 0, tzinfo=UTC))
    assert month.name == "2026-06"
    assert month.begins == datetime(2026, 6, 1, tzinfo=JST)
    assert month.ends == datetime(2026, 7, 1, tzinfo=JST)


@given(INSTANTS)
def test_months_follow_one_another_without_a_gap(at: datetime) -> None:
    months = list(months_from(at))
    assert len(months) == 12
    assert months[0].begins <= at < months[0].ends
    assert all(one.ends == following.begins for one, following in pairwise(months))


@given(INSTANTS, INSTANTS | st.none())
def test_every_copy_stands_in_one_state(now: datetime, due: datetime | None) -> None:
    state = state_of(due, held=False, now=now)
    assert state_of(due, held=True, now=now) == "held"
    assert (state == "overdue") == (due is not None and due <= now)
    assert (state == "due") == (due is not None and now < due < month_of(now).ends)


def test_a_copy_is_overdue_from_its_very_instant() -> None:
    now = datetime(2026, 6, 10, tzinfo=UTC)
    assert state_of(now, held=False, now=now) == "overdue"
    assert state_of(now + timedelta(microseconds=1), held=False, now=now) == "due"
