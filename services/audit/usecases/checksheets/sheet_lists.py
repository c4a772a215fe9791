"""Look at checksheets; that somebody looked is recorded before anything is shown."""

from typing import Any

from services.audit.domain.checksheets.periods import quarter_at
from services.audit.parts import AuditParts
from services.audit.storage.checksheets import sheets as stored
from services.audit.usecases.checksheets.show_sheet import line_shown, sheet_shown
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.trail import Access


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


async def sheet(parts: AuditParts, caller: Caller, quarter: str) -> dict[str, Any]:
    """One sheet. Refusal `not-found`."""
    return await _shown(parts, quarter, caller.access("audit.checksheet.view", "checksheet", quarter))


async def sheet_to_print(parts: AuditParts, caller: Caller, quarter: str) -> dict[str, Any]:
    """The same for its paper, recorded as printed. Refusal `not-found`."""
    return await _shown(parts, quarter, caller.access("audit.checksheet.print", "checksheet", quarter))


async def _shown(parts: AuditParts, quarter: str, access: Access) -> dict[str, Any]:
    found = await parts.db.read(lambda session: sheet_shown(session, quarter))
    await parts.db.write(lambda work: work.record(access))
    return found
