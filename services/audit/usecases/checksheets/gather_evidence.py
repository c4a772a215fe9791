"""Ask everybody in the audit service who knows something about a quarter, and keep what they say."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session

from services.audit.domain.checksheets.evidence import Evidence
from services.audit.domain.checksheets.periods import Quarter
from services.audit.storage.checksheets import evidence as stored
from services.audit.usecases.checksheets import (
    evidence_of_copies,
    evidence_of_duty,
    evidence_of_regulations,
    evidence_of_rooms,
    evidence_of_the_log,
)
from services.audit.usecases.detections import evidence as evidence_of_detections
from services.audit.usecases.incidents import evidence as evidence_of_incidents
from shared.db import Work

Source = Callable[[Session, Quarter, datetime], Iterable[Evidence]]

SOURCES: Final[tuple[Source, ...]] = (
    evidence_of_duty.evidence,
    evidence_of_rooms.evidence,
    evidence_of_the_log.evidence,
    evidence_of_copies.evidence,
    evidence_of_regulations.evidence,
    evidence_of_incidents.evidence,
    evidence_of_detections.evidence,
)


def gather_evidence(session: Session, quarter: Quarter, now: datetime) -> Sequence[Evidence]:
    """All evidence about a quarter as it is known now: what was found out, then what was filed."""
    found = [evidence for source in SOURCES for evidence in source(session, quarter, now)]
    return [*found, *stored.filed(session, quarter.since, quarter.until)]


def keep_gathered(work: Work, quarter: Quarter) -> Sequence[Evidence]:
    """Gather what is known of a quarter now, and keep it with the instant."""
    found = gather_evidence(work.session, quarter, work.now)
    stored.gathered(work.session, quarter.code, found, work.now)
    return found
