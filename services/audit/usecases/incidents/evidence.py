"""What the register of incidents says to item 15 of the checksheet, where "yes" means that there was an incident."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session, col

from services.audit.domain.checksheets.evidence import Evidence
from services.audit.domain.checksheets.periods import Quarter
from services.audit.storage.incidents.incidents import assessments_of
from services.audit.storage.incidents.tables import Incident

MOST_NAMED: Final = 20


def evidence(session: Session, quarter: Quarter, now: datetime) -> Iterator[Evidence]:
    """How many incidents were learned of in the quarter that did not turn out to be nothing."""
    query = select(Incident).where(col(Incident.learned_at) >= quarter.since, col(Incident.learned_at) < quarter.until)
    found = [one for one in session.scalars(query.order_by(col(Incident.id))) if _happened(session, one)]
    open_ones = sum(one.closed_at is None for one in found)
    refs = tuple(f"incident:{one.id}" for one in found[:MOST_NAMED])
    yield Evidence("incidents-in-quarter", "yes" if found else "no", {"incidents": len(found), "open": open_ones}, refs)


def _happened(session: Session, incident: Incident) -> bool:
    """What nobody has assessed yet counts as having happened."""
    assessments = assessments_of(session, incident.id)
    return not assessments or assessments[-1].happened != "nothing"
