"""The digest of one day, to be printed, signed by hand and kept: the day's last checkpoint, and who cosigned it."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from services.audit.parts import AuditParts
from services.audit.storage import chains, witnesses
from services.audit.usecases.show import instant
from shared.calendar.clock import day_begins
from shared.refusals import Refusal


async def digest_of(parts: AuditParts, day: date) -> dict[str, Any]:
    """The digest of a day in Japan's time. Refusal `not-found` where nothing had been signed by its end."""
    begin = day_begins(day)
    return await parts.db.read(lambda session: _digest(parts, session, day, begin))


def _digest(parts: AuditParts, session: Session, day: date, begin: datetime) -> dict[str, Any]:
    last = witnesses.last_checkpoint_before(session, begin + timedelta(days=1))
    if last is None:
        raise Refusal("not-found")
    before = witnesses.last_checkpoint_before(session, begin)
    signed = witnesses.cosignatures(session, last.size)
    return {
        "day": day.isoformat(),
        "origin": parts.log_key.name,
        "key": parts.log_key.text,
        "size": last.size,
        "new_records": last.size - (0 if before is None else before.size),
        "root": last.root.hex(),
        "signed_at": instant(last.signed_at),
        "note": last.note,
        "cosignatures": [
            {"witness": row.witness, "signed_at": instant(row.signed_at), "line": row.line} for row in signed
        ],
        "open_alarms": sum(chains.open_alarms(session).values()),
    }
