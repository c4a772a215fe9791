"""What is to be destroyed, month by month."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from services.audit.domain.copies import month_of, months_from
from services.audit.storage import destructions
from services.audit.storage.copies import kept


def foresee(session: Session, now: datetime) -> dict[str, Any]:
    """Copies and records by `what`: overdue, held, due in each of the next months, without a date, done this month."""
    this = month_of(now)
    ahead = [
        {"month": month.name, **row}
        for month in months_from(now)
        for row in kept.totals(session, "due" if month == this else "kept", now, month)
    ]
    return {
        "month": this.name,
        "overdue": kept.totals(session, "overdue", now),
        "held": kept.totals(session, "held", now),
        "months": ahead,
        "undated": kept.undated(session, now),
        "done": destructions.done_in(session, this.begins, this.ends),
    }
