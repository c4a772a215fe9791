"""The room log: files of the door system, the live feed, who was inside, what does not fit."""

import asyncio
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.audit.api.inputs import TheParts
from services.audit.storage.rooms import entries
from services.audit.usecases.rooms.check_acts import ROOM
from services.audit.usecases.rooms.import_room_log import ReadFile, import_room_log
from services.audit.usecases.rooms.look import day_of, findings_between, inside_shown, name_at_door
from services.audit.usecases.rooms.show import finding_shown, import_shown
from services.audit.usecases.rooms.take_feed import DoorEvent, take_feed
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.auth.known_here import who_is_in
from shared.calendar.clock import JST
from shared.http import Cursor, Limit, Once, once, page
from shared.http.paging import decode
from shared.refusals import Refusal

router: Final = APIRouter(prefix="/audit/v1", tags=["rooms"])
Viewer = Annotated[Caller, allow("audit.room.view")]
Day = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2199, 12, 31), description="Day in Japan")]
Cell = Annotated[str, Field(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
CSV: Final = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}
LONGEST_SPAN_DAYS: Final = 100
MOST_EVENTS: Final = 500


class FeedEvent(BaseModel):
    """One door event, with the columns of the door system's file."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    at: AwareDatetime
    door: Cell
    kind: Cell
    from_zone: Cell
    to_zone: Cell
    user: Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{0,40}$")]
    operator: Cell = ""
    attribute: Cell = ""


class Feed(BaseModel):
    """What has passed since the last call; an empty list says that the feed lives."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    events: Annotated[list[FeedEvent], Field(max_length=MOST_EVENTS)]


@router.post("/room-logs", status_code=201, openapi_extra=CSV)
async def take_in(
    request: Request,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.room_log.import")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """A file of the door system, as it comes: nine columns, CP932 or UTF-8. What is known already stays as it is."""
    data = await request.body()
    file = await asyncio.to_thread(ReadFile.of, parts, data)
    access = caller.access("audit.room_log.import", "room_import", "")
    return await once.write(parts.db, import_room_log(parts, file, access, caller.principal.id))


@router.get("/room-logs")
async def imports(parts: TheParts, caller: Viewer, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Files that were taken in, the newest first."""
    before = decode(cursor)
    found = await parts.db.read(lambda session: entries.imports(session, before=before, limit=limit + 1))
    await parts.db.write(lambda work: work.record(caller.access("audit.room.view", "room_import", "all")))
    return page([import_shown(made) for made in found], limit=limit, position=lambda item: item["id"])


@router.get("/room-logs/days/{day}")
async def one_day(
    day: Annotated[date, Path(ge=date(2000, 1, 1), le=date(2199, 12, 31))], parts: TheParts, caller: Viewer
) -> dict[str, Any]:
    """One day in the room: entries, stays as far as they can be known, acts and what the room log says to them."""
    shown = await parts.db.read(lambda session: day_of(session, day))
    await parts.db.write(lambda work: work.record(caller.access("audit.room.view", "room_day", day.isoformat())))
    return shown


@router.get("/room-logs/findings")
async def findings(
    parts: TheParts,
    caller: Viewer,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """What does not fit, by day; at most a hundred days, the last thirty where nothing is said."""
    end = last or parts.clock.now().astimezone(JST).date()
    begin = first or end - timedelta(days=30)
    if not 0 <= (end - begin).days <= LONGEST_SPAN_DAYS:
        raise Refusal("room-days", at_most=LONGEST_SPAN_DAYS)
    after = _position(cursor)
    found = await parts.db.read(lambda session: findings_between(session, begin, end))
    told = f"{begin.isoformat()}/{end.isoformat()}"
    await parts.db.write(lambda work: work.record(caller.access("audit.room.view", "room_findings", told)))
    shown = [{**finding_shown(one), "position": at} for at, one in enumerate(found)][after : after + limit + 1]
    return page(shown, limit=limit, position=lambda item: str(item["position"] + 1))


@router.get("/room-logs/entries/{entry_id}/name")
async def name(
    entry_id: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.room.name")],
) -> dict[str, Any]:
    """The name that the door system wrote beside an entry, for a case."""
    return await parts.db.write(name_at_door(parts, caller, entry_id))


@router.post("/room-presence")
async def feed(
    body: Feed,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.room.feed")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """The door system's live feed: at least once a minute, else it counts as late and presence as unknown."""
    events = [DoorEvent(**event.model_dump()) for event in body.events]
    now = parts.clock.now()
    if any(event.at > now + timedelta(minutes=1) for event in events):
        raise Refusal("room-log-ahead")
    return await once.write(parts.db, take_feed(parts, caller, events))


@router.get("/room-presence")
async def who_is_inside(parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """Who is in the security room by the live feed, and whether it lives."""
    known = await parts.db.read(lambda session: who_is_in(session, parts.db.plumbing, ROOM))
    await parts.db.write(lambda work: work.record(caller.access("audit.room.view", "room", ROOM)))
    return inside_shown(known, parts.clock.now())


def _position(cursor: str) -> int:
    text = decode(cursor) if cursor else "0"
    if not text.isdecimal() or len(text) > 6:
        raise Refusal("bad-request")
    return int(text)
