"""What the room log says to the checksheet. Where no room log was ever taken in, nothing is said."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from sqlmodel import Session

from services.audit.domain.checksheets.evidence import Evidence, stated
from services.audit.domain.checksheets.measures import measures_at
from services.audit.domain.checksheets.periods import Quarter
from services.audit.domain.checksheets.room_gaps import business_days, gaps
from services.audit.storage.rooms import checks, entries
from shared.calendar.clock import JST


def evidence(session: Session, quarter: Quarter, now: datetime) -> Iterator[Evidence]:
    """Evidence for item 2, from the first day that the room log knows to the last that is over."""
    begun, _ = entries.first_and_last(session)
    if begun is None:
        return
    first = max(quarter.first, _day(begun))
    last = min(quarter.last, _day(now) - timedelta(days=1))
    rows = [_day(one.at) for one in entries.passages(session, quarter.since, quarter.until)]
    days = business_days(first, last)
    for since, length in gaps(days, set(rows), measures_at(quarter.first).room_gap_days):
        yield stated("room-log-gap", "no", first=since.isoformat(), days=length)
    if rows:
        yield stated("room-log-kept", "yes", days=len(days), recorded=len(set(rows) & set(days)), rows=len(rows))
    if unrecorded := checks.unexplained(session, quarter.since, quarter.until):
        refs = tuple(f"record:{row.record_id}" for row in unrecorded[:20])
        yield stated("room-acts-unrecorded", "no", refs=refs, count=len(unrecorded))


def _day(at: datetime) -> date:
    return at.astimezone(JST).date()
