"""The matcher's work in a few numbers for Prometheus."""

from sqlmodel import Session

from services.matcher.domain.batch import State
from services.matcher.settings import MatcherParts
from services.matcher.storage.measures import batches_in, copies_due, newest_ready, reviews_open


async def measure(parts: MatcherParts) -> dict[str, float]:
    """What does not balance, when the newest batch was ready, what waits for people, what is due to be destroyed."""
    now = parts.clock.now()

    def look(session: Session) -> dict[str, float]:
        (due, oldest), ready = copies_due(session, now), newest_ready(session)
        return {
            "batches_unbalanced": batches_in(session, State.BALANCE_ERROR),
            "batch_ready_timestamp_seconds": 0 if ready is None else ready.timestamp(),
            "reviews_open": reviews_open(session),
            "destruction_due": due,
            "destruction_late_seconds": 0 if oldest is None else (now - oldest).total_seconds(),
        }

    return await parts.db.read(look)
