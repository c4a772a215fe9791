"""What the ledger of kept copies says to the checksheet."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from services.audit.domain.checksheets.evidence import Evidence
from services.audit.domain.checksheets.periods import Quarter
from services.audit.storage.copies import kept


def evidence(session: Session, quarter: Quarter, now: datetime) -> Iterable[Evidence]:
    """Item 4: copies that should have been destroyed by the end of the quarter, or by now, and exist."""
    by = min(now, quarter.until)
    late = sum(int(row["copies"]) for row in kept.totals(session, "overdue", by))
    if late:
        yield Evidence("copies-overdue", "no", {"copies": late})
