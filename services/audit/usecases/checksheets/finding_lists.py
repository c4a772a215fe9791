"""Look at findings; that somebody looked is recorded before anything is shown."""

from typing import Any

from sqlmodel import Session

from services.audit.parts import AuditParts
from services.audit.storage.checksheets import findings as stored
from services.audit.usecases.checksheets.show_finding import finding_line, finding_shown
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.refusals import Refusal


async def findings(
    parts: AuditParts, caller: Caller, *, state: str, overdue: bool, after: str, limit: int
) -> list[dict[str, Any]]:
    """Findings in the order in which they were found."""
    now = parts.clock.now()
    today = now.astimezone(JST).date() if overdue else None
    found = await parts.db.read(
        lambda session: [
            finding_line(one, now)
            for one in stored.findings(session, state=state, overdue_on=today, after=after, limit=limit)
        ]
    )
    asked = "overdue" if overdue else state or "all"
    await parts.db.write(lambda work: work.record(caller.access("audit.finding.list", "finding", asked)))
    return found


async def finding(parts: AuditParts, caller: Caller, finding_id: str) -> dict[str, Any]:
    """One finding. Refusal `not-found`."""
    now = parts.clock.now()

    def look(session: Session) -> dict[str, Any]:
        one = stored.get(session, finding_id)
        if one is None:
            raise Refusal("not-found")
        return finding_shown(session, one, now)

    found = await parts.db.read(look)
    await parts.db.write(lambda work: work.record(caller.access("audit.finding.view", "finding", finding_id)))
    return found
