"""The regulations of the document, the version in force, and who still has to read it."""

import csv
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.audit.domain.checksheets.regulations import Version, in_force, regulations, unread

DOCUMENT = Path(__file__).parent / "data" / "regulations.csv"
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def test_the_seven_regulations_are_the_documents() -> None:
    with DOCUMENT.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(str(one.number), one.title) for one in regulations().values()] == [
        (row["no"], row["title"]) for row in rows
    ]


@given(st.lists(DAYS, min_size=1, max_size=6, unique=True), DAYS)
def test_the_newest_version_that_has_begun_is_in_force(days: list[date], today: date) -> None:
    versions = [Version(5, f"v{n}", day, day) for n, day in enumerate(days)]
    begun = [one for one in versions if one.in_force_from <= today]
    expected = {5: max(begun, key=lambda one: one.in_force_from)} if begun else {}
    assert in_force(versions, today) == expected


def test_whoever_joins_later_has_as_long_from_the_first_day() -> None:
    version = Version(4, "2026-04", date(2026, 4, 1), date(2026, 4, 8))
    roster = {"clerk-1": date(2025, 4, 1), "clerk-2": date(2026, 6, 1), "clerk-3": date(2025, 4, 1)}
    waiting = unread(roster, [version], {("clerk-3", 4, "2026-04"), ("clerk-1", 4, "2025-04")})
    allowed = timedelta(days=14)
    assert [(one.staff_id, one.until) for one in waiting] == [
        ("clerk-1", date(2026, 4, 8) + allowed),
        ("clerk-2", date(2026, 6, 1) + allowed),
    ]
