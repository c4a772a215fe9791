"""The log itself: how old its checkpoint is, who cosigned it, what is missing, the day's digest to print."""

import asyncio
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console.api.gate import Form, Person
from services.console.api.pages import Pages, page_headers
from services.console.sessions import Sessions
from shared.refusals import Refusal

AUDIT: Final = "/audit/v1"

Id = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,36}$")]


def log_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/log`, the digest of a day, and the explanation of an alarm."""
    router = APIRouter(prefix="/log", include_in_schema=False)

    @router.get("")
    async def overview(request: Request, person: Person) -> HTMLResponse:
        calls = sessions.as_person(person)
        summary, witnesses, sources, alarms = await asyncio.gather(
            calls.get(f"{AUDIT}/summary"),
            calls.items(f"{AUDIT}/log/witnesses"),
            calls.items(f"{AUDIT}/sources"),
            calls.items(f"{AUDIT}/alarms", state="open"),
        )
        return pages.show(request, "log.html", summary=summary, witnesses=witnesses, sources=sources, alarms=alarms)

    @router.get("/digests/{day}")
    async def digest(request: Request, person: Person, day: date) -> HTMLResponse:
        told = await sessions.as_person(person).get(f"{AUDIT}/log/digests/{day.isoformat()}")
        return pages.show(request, "log_digest.html", digest=told)

    @router.get("/digests")
    async def chosen(request: Request, person: Person, day: date) -> Response:
        return RedirectResponse(f"/log/digests/{day.isoformat()}", 303, headers=page_headers(request))

    @router.post("/alarms/{alarm_id}/explanation")
    async def explain(request: Request, person: Person, alarm_id: Id, form: Form) -> Response:
        reason = form.get("reason", "").strip()
        if not reason:
            raise Refusal("form-incomplete")
        calls = sessions.as_person(person)
        await calls.post(f"{AUDIT}/alarms/{alarm_id}/explanation", {"reason": reason}, once=form.get("once", ""))
        return RedirectResponse("/log", 303, headers=page_headers(request))

    return router
