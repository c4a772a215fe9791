"""The log in a few numbers, for the console and for readiness. Counts only."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from services.audit.parts import AuditParts
from services.audit.storage import chains, destructions, log
from services.audit.usecases.show import instant


async def summarise(parts: AuditParts) -> dict[str, Any]:
    """Size, last checkpoint, how far it lags behind, open alarms, sources, destroyed copies."""
    now = parts.clock.now()
    return await parts.db.read(lambda session: _summary(parts, session, now))


def _summary(parts: AuditParts, session: Session, now: datetime) -> dict[str, Any]:
    tree = log.tree(session)
    last = log.last_checkpoint(session)
    signed_size = 0 if last is None else last.size
    oldest = log.appended_at(session, signed_size)
    alarms = chains.open_alarms(session)
    copies, records = destructions.totals(session)
    return {
        "log": {
            "origin": parts.log_key.name,
            "size": tree.size,
            "checkpoint_size": signed_size,
            "checkpoint_at": instant(last.signed_at if last else None),
            "root": last.root.hex() if last else None,
        },
        "lag": {
            "records": tree.size - signed_size,
            "seconds": 0 if oldest is None else max(0, int((now - oldest).total_seconds())),
        },
        "alarms": {"open": sum(alarms.values()), "by_kind": alarms, "gaps": alarms.get("gap", 0)},
        "sources": len(chains.sources(session)),
        "destructions": {"total": copies, "records": records},
    }
