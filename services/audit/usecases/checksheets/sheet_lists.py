"""Look at checksheets; that somebody looked is recorded before anything is shown."""

from typing import Any

from services.audit.domain.checksheets.periods import quarter_at
from services.audit.parts import AuditParts
from services.audit.storage.checksheets import sheets as stored
from services.audit.usecases.checksheets.show_sheet import line_shown, sheet_shown
from shared.auth.caller import Caller
from shared.calendar.clock import JST


async def sheets(parts: AuditParts, caller: Caller, *, state: str, before: str, limit: int) -> list[dict[str, Any]]:
    """Sheets, newest first."""
    running = quarter_at(parts.clock.now().astimezone(JST).date()).code
    found = await parts.db.read(
        lambda session: [
            line_shown(sheet)
            for sheet in stored.sheets(session, state=state, running=running, before=before, limit=limit)
        ]
    )
    await parts.db.write(lambda work: work.record(caller.access("audit.checksheet.list", "checksheet", state or "all")))
    return found


async def sheet(
    parts: AuditParts, caller: Caller, quarter: str, *, action: str = "audit.checksheet.view"
) -> dict[str, Any]:
    """One sheet. Refusal `not-found`."""
    found = await parts.db.read(lambda session: sheet_shown(session, quarter))
    await parts.db.write(lambda work: work.record(caller.access(action, "checksheet", quarter)))
    return found
