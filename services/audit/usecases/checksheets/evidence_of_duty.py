"""What the duty roster, and detections of those who are not on it, say to the checksheet."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlmodel import Session

from services.audit.domain.checksheets.evidence import Evidence, stated
from services.audit.domain.checksheets.measures import measures_at
from services.audit.domain.checksheets.periods import Quarter
from services.audit.storage.reports.queries import hits
from services.audit.storage.rooms.roster import standings
from shared.calendar.clock import JST
from shared.calendar.retention import add_months

TRAINED_MONTHS: Final = 12


def evidence(session: Session, quarter: Quarter, now: datetime) -> Iterator[Evidence]:
    """Evidence for items 1 (it informs) and 5; nothing where there is no roster and no hit."""
    yield from _roster(session, quarter, now)
    measures, found = measures_at(quarter.first), hits(session, (quarter.since, quarter.until))
    if off_duty := sum(count for (rule, _), count in found.items() if rule in measures.control):
        yield stated("access-off-duty", "no", count=off_duty)


def _roster(session: Session, quarter: Quarter, now: datetime) -> Iterator[Evidence]:
    day = min(quarter.last, now.astimezone(JST).date())
    people = [one for one in standings(session) if one.in_force(day)]
    since = add_months(day, -TRAINED_MONTHS)
    if people:
        yield stated(
            "roster-trained",
            people=len(people),
            trained=sum(1 for one in people if one.trained_on is not None and one.trained_on >= since),
            pledged=sum(1 for one in people if one.pledged_on is not None and one.pledged_on <= day),
        )
