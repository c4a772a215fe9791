"""Who was in the security room: one day as a picture and a table, and what does not fit in the room log."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.console.api.gate import Person
from services.console.api.pages import Pages
from services.console.domain.room_day import clock_time, picture_of
from services.console.sessions import Sessions
from shared.calendar.clock import JST

LOGS: Final = "/audit/v1/room-logs"
DAYS_SHOWN: Final = 30
Day = Annotated[date | None, Query(ge=date(2000, 1, 2), le=date(2199, 12, 30))]


def room_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/rooms`: the last day of the room log, or the one asked for."""
    router = APIRouter(prefix="/rooms", include_in_schema=False)

    @router.get("")
    async def rooms(request: Request, person: Person, day: Day = None) -> HTMLResponse:
        calls = sessions.as_person(person)
        imports = (await calls.get(LOGS, limit="10"))["items"]
        live = await calls.get("/audit/v1/room-presence")
        shown = day or _latest(imports, live)
        told = None if shown is None else await calls.get(f"{LOGS}/days/{shown.isoformat()}")
        since = None if shown is None else max(shown - timedelta(days=DAYS_SHOWN), date(2000, 1, 1))
        found = [] if since is None else await calls.items(f"{LOGS}/findings", **_span(since, shown))
        return pages.show(
            request,
            "rooms.html",
            day=shown,
            before=shown and shown - timedelta(days=1),
            after=shown and shown + timedelta(days=1),
            told=told,
            picture=told and picture_of(told),
            findings=found[::-1],
            imports=imports,
            live=live,
            clock_time=clock_time,
        )

    return router


def _span(first: date, last: date | None) -> dict[str, str]:
    return {"from": first.isoformat(), "to": (last or first).isoformat()}


def _latest(imports: Sequence[Mapping[str, Any]], live: Mapping[str, Any]) -> date | None:
    """The last day that a file spans, or the day of the live feed where that is later."""
    days = [date.fromisoformat(one["last_on"]) for one in imports]
    if live["as_of"]:
        days.append(datetime.fromisoformat(live["as_of"]).astimezone(JST).date())
    return max(days, default=None)
