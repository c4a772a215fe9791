"""The log in a few numbers for Prometheus."""

from sqlmodel import Session

from services.audit.parts import AuditParts
from services.audit.storage import chains, log


async def measure(parts: AuditParts) -> dict[str, float]:
    """How large the log is, how far its checkpoints are behind, what nobody has explained."""
    now = parts.clock.now()

    def look(session: Session) -> dict[str, float]:
        size, last, alarms = log.tree(session).size, log.last_checkpoint(session), chains.open_alarms(session)
        signed = 0 if last is None else last.size
        oldest = log.appended_at(session, signed)
        return {
            "log_records": size,
            "log_unsigned_records": size - signed,
            "log_lag_seconds": 0 if oldest is None else max(0.0, (now - oldest).total_seconds()),
            "log_gaps": alarms.get("gap", 0),
            "log_alarms": sum(alarms.values()),
        }

    return await parts.db.read(look)
