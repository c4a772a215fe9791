"""What media has to destroy, in numbers for Prometheus."""

from sqlmodel import Session

from services.media.parts import MediaParts
from services.media.storage.backups import earliest_end, expiring_discs, expiring_replies


async def measure(parts: MediaParts) -> dict[str, float]:
    """How many backups are due to be destroyed, and since when the first."""
    now = parts.clock.now()

    def look(session: Session) -> dict[str, float]:
        oldest = earliest_end(session, now, now)
        return {
            "destruction_due": len(expiring_replies(session, now, now)) + len(expiring_discs(session, now, now)),
            "destruction_late_seconds": 0 if oldest is None else (now - oldest).total_seconds(),
        }

    return await parts.db.read(look)
