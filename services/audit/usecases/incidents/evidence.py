"""What the register of incidents says to item 15 of the checksheet, where "yes" means that there was an incident."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlmodel import Session

from services.audit.domain.checksheets.evidence import Evidence
from services.audit.domain.checksheets.periods import Quarter
from services.audit.storage.incidents.incidents import assessments_of, learned_between
from services.audit.storage.incidents.tables import Incident

MOST_NAMED: Final = 20


def evidence(session: Session, quarter: Quarter, now: datetime) -> Iterator[Evidence]:
    """How many incidents were learned of in the quarter that did not turn out to be nothing."""
    learned = learned_between(session, quarter.since, quarter.until)
    found = [one for one in learned if _happened(session, one)]
    open_ones = sum(one.closed_at is None for one in found)
    refs = tuple(f"incident:{one.id}" for one in found[:MOST_NAMED])
    yield Evidence("incidents-in-quarter", "yes" if found else "no", {"incidents": len(found), "open": open_ones}, refs)


def _happened(session: Session, incident: Incident) -> bool:
    """What nobody has assessed yet counts as having happened."""
    assessments = assessments_of(session, incident.id)
    return not assessments or assessments[-1].happened != "nothing"
