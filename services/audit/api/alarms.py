"""What has arrived of each source, the alarms, and the summary for the console."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.audit.api.inputs import Reason, TheParts
from services.audit.storage import chains
from services.audit.usecases.explain_alarm import explain_alarm
from services.audit.usecases.show import alarm_shown, source_shown
from services.audit.usecases.summarise import summarise
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page
from shared.http.paging import decode

router: Final = APIRouter(prefix="/audit/v1", tags=["alarms"])
Viewer = Annotated[Caller, allow("audit.alarm.view")]


class Explanation(BaseModel):
    """Why an alarm is no loss of records, or what was done about it."""

    reason: Reason = Field(max_length=1000)


@router.get("/summary")
async def summary(parts: TheParts, caller: Annotated[Caller, allow("audit.summary.view")]) -> dict[str, Any]:
    """The log in a few numbers. Counts only, so not recorded."""
    return await summarise(parts)


@router.get("/sources")
async def sources(parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """What has arrived of each source, and what is missing."""
    found = await parts.db.read(chains.sources)
    await parts.db.write(lambda work: work.record(caller.access("audit.source.list", "source", "all")))
    return {"items": [source_shown(source, rows) for source, rows in sorted(found.items())], "next_cursor": None}


@router.get("/alarms")
async def alarms(
    parts: TheParts,
    caller: Viewer,
    state: Literal["", "open", "explained", "arrived"] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Alarms in the order in which they were noticed."""
    after = decode(cursor)
    found = await parts.db.read(lambda session: chains.alarms(session, state=state, after=after, limit=limit + 1))
    await parts.db.write(lambda work: work.record(caller.access("audit.alarm.list", "alarm", state or "all")))
    return page([alarm_shown(alarm) for alarm in found], limit=limit, position=lambda item: item["id"])


@router.post("/alarms/{alarm_id}/explanation")
async def explanation(
    alarm_id: str,
    body: Explanation,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.alarm.explain")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Close an alarm with a reason."""
    return await once.write(parts.db, lambda work: explain_alarm(work, caller, alarm_id, body.reason))
