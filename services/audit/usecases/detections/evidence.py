"""What the detections say to item 6 of the checksheet: whether accesses are analysed, and what became of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from services.audit.domain.checksheets.evidence import Evidence
from services.audit.domain.checksheets.periods import Quarter
from services.audit.domain.detections.cases import DECISIONS
from services.audit.storage import log
from services.audit.storage.detections import cases
from services.audit.storage.detections import progress as stored
from services.audit.usecases.detections.scan import NAME

BEHIND_DAYS: Final = 2
UNDECIDED_DAYS: Final = 30
MOST_NAMED: Final = 20


def evidence(session: Session, quarter: Quarter, now: datetime) -> Iterator[Evidence]:
    """That records were judged and cases decided; what waits too long."""
    position = stored.position(session, NAME)
    if position == 0:
        return
    opened = cases.opened_between(session, quarter.since, quarter.until)
    decided = [case for case in opened if case.state in DECISIONS]
    facts = {"cases": len(opened), "decided": len(decided)}
    facts["misuse"] = sum(case.state == "misuse" for case in decided)
    oldest = log.appended_at(session, position)
    behind = oldest is not None and now - oldest > timedelta(days=BEHIND_DAYS)
    waiting = [case for case in opened if case not in decided and now - case.opened_at > timedelta(days=UNDECIDED_DAYS)]
    if behind:
        left = log.tree(session).size - position
        yield Evidence("analysis-behind", "no", {"records": left, "days": BEHIND_DAYS})
    if waiting:
        refs = tuple(f"case:{case.id}" for case in waiting[:MOST_NAMED])
        yield Evidence("cases-undecided", "no", {"count": len(waiting), "days": UNDECIDED_DAYS}, refs)
    yield Evidence("accesses-analysed", "" if behind or waiting else "yes", facts)
