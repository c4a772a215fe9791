"""The monthly analysis counts every access once, whoever did it and whenever."""

from collections import Counter
from datetime import UTC, date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.audit.domain.reports import analysis
from services.audit.domain.reports.months import Month, month_at, month_of
from shared.calendar.clock import JST

JUNE = Month(2026, 6)
STAFF = ("clerk-1", "operator-1")
PERSONAL = {"matcher.review.read"}
ROWS = st.lists(
    st.tuples(
        st.integers(0, 30 * 24 * 60 - 1).map(lambda minutes: (JUNE.since + timedelta(minutes=minutes)).astimezone(UTC)),
        st.sampled_from([*STAFF, "portal"]),
        st.sampled_from(["matcher.review.read", "intake.cycle.read"]),
        st.sampled_from(["done", "refused", "failed"]),
    ),
    max_size=60,
)


@settings(deadline=None)  # the first look at the holidays of a year takes its time
@given(ROWS)
def test_every_access_is_counted_once(rows: list[analysis.Row]) -> None:
    tally = analysis.tallied(rows, PERSONAL)
    assert sum(tally.outcomes.values()) == len(rows)
    days = analysis.days_shown(tally, JUNE)
    assert len(days) == 30
    done, refused = (sum(row[name] for row in days) for name in ("done", "refused"))
    assert (done, refused) == (tally.outcomes["done"], tally.outcomes["refused"])
    hours = analysis.hours_shown(tally)
    assert [row["open"] + row["closed"] for row in hours] == [
        sum(1 for row in rows if row[0].astimezone(JST).hour == hour) for hour in range(24)
    ]
    people = analysis.people_shown(tally, STAFF, {"clerk-1": 7})
    wanted = Counter(actor for _, actor, action, outcome in rows if outcome == "done" and action in PERSONAL)
    assert {row["staff_id"]: row["personal"] for row in people} == {
        actor: wanted[actor] for actor in STAFF if any(row[1] == actor for row in rows)
    }
    assert analysis.others(tally, people) == sum(1 for row in rows if row[1] == "portal")
    assert {row["before"] for row in people if row["staff_id"] == "clerk-1"} <= {7}


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)))
def test_months_follow_one_another(day: date) -> None:
    month = month_at(day)
    assert day in month.days
    assert month.until == month.next.since
    assert month.next.previous == month
    assert month_of(month.code) == month
