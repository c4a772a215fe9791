"""Intake's clocks in a few numbers for Prometheus."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from services.intake.parts import IntakeParts
from services.intake.storage.doomed import all_doomed
from services.intake.storage.registers import closed_cycles, reader_copies
from services.intake.storage.requests import finished_requests
from services.intake.usecases.close_cycle import is_due
from services.intake.usecases.end_of_life import data_due
from shared.calendar.retention import due


async def measure(parts: IntakeParts) -> dict[str, float]:
    """How late the cutoff is, when a cycle with inquiries was last closed, what is due to be destroyed."""
    now, months = parts.clock.now(), parts.settings.request_data_months

    def look(session: Session) -> dict[str, float]:
        late, over = is_due(session, now), [at for at in _destructions(session, months, now) if at <= now]
        return {
            "cutoff_late_seconds": 0 if late is None else (now - late[1]).total_seconds(),
            "cycle_closed_timestamp_seconds": max(_closings(session), default=0),
            "destruction_due": len(over),
            "destruction_late_seconds": (now - min(over)).total_seconds() if over else 0,
        }

    return await parts.db.read(look)


def _closings(session: Session) -> Iterator[float]:
    """When cycles were closed that the matcher makes batches of."""
    for cycle in closed_cycles(session):
        if any(count for kind, count in cycle.counts["inquiries"].items() if kind != "deletion"):
            yield cycle.closed_at.timestamp()


def _destructions(session: Session, months: int, now: datetime) -> Iterator[datetime]:
    """When what is doomed was so, and when the first of what is still kept is due."""
    yield from (row.doomed_at for row in all_doomed(session))
    for copy in reader_copies(session, now=now)[:1]:
        if copy.processed_at and (at := due("reader_copy", copy.processed_at)):
            yield at
    for request in finished_requests(session, now=now)[:1]:
        if at := data_due(request, months):
            yield at
