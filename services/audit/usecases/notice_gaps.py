"""Make an alarm of records that did not arrive."""

from datetime import datetime, timedelta

from sqlmodel import Session

from services.audit.parts import AuditParts
from services.audit.storage import chains
from shared.db import Work


async def next_gap(parts: AuditParts, until: datetime) -> datetime | None:
    """The earliest instant up to `until` at which a gap that is no alarm yet is old enough to be one."""
    patience = timedelta(seconds=parts.settings.gap_alarm_seconds)

    def earliest(session: Session) -> datetime | None:
        due = [
            since + patience
            for source, gap, since in chains.open_gaps(session)
            if not chains.is_alarm(session, "gap", source, gap)
        ]
        return min(due, default=None)

    found = await parts.db.read(earliest)
    return found if found is not None and found <= until else None


async def notice_gaps(parts: AuditParts, at: datetime) -> dict[str, int]:
    """Store an alarm for each gap older than the patience of the settings."""
    patience = timedelta(seconds=parts.settings.gap_alarm_seconds)

    def notice(work: Work) -> int:
        return sum(
            chains.raise_alarm(work.session, "gap", source, gap.first, gap.last, work.now)
            for source, gap, since in chains.open_gaps(work.session)
            if since + patience <= at
        )

    return {"gaps": await parts.db.write(notice)}
