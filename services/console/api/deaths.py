"""New deaths are confirmed before a batch is released; plans that were told of one that was none are called."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console.api.gate import Form, Person
from services.console.api.inputs import Cursor
from services.console.api.pages import Pages, page_headers
from services.console.calls import AsPerson
from services.console.sessions import Sessions
from shared.refusals import Refusal

BATCHES: Final = "/matcher/v1/batches"
CASES: Final = "/matcher/v1/death-cases"
PURPOSE: Final = "review"
TELLS_DEATHS: Final = frozenset({"main", "my_number"})
BATCHES_SHOWN: Final = 12
SHOWN: Final = 100

Id = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,36}$")]


def death_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/deaths`: batches with new deaths and open cases; the deaths of one batch."""
    router = APIRouter(prefix="/deaths", include_in_schema=False)

    @router.get("")
    async def overview(request: Request, person: Person, cursor: Cursor = "", state: str = "open") -> HTMLResponse:
        calls = sessions.as_person(person)
        chosen = "closed" if state == "closed" else "open"
        cases = await calls.get(CASES, state=chosen, cursor=cursor, limit=str(SHOWN))
        return pages.show(request, "deaths.html", batches=await _batches(calls), cases=cases, state=chosen)

    @router.get("/{batch_id}")
    async def one(request: Request, person: Person, batch_id: Id, cursor: Cursor = "") -> HTMLResponse:
        calls = sessions.as_person(person)
        listed = await calls.get(
            f"{BATCHES}/{batch_id}/deaths", purpose=PURPOSE, case=batch_id, cursor=cursor, limit=str(SHOWN)
        )
        batch = await calls.get(f"{BATCHES}/{batch_id}")
        return pages.show(request, "batch_deaths.html", batch=batch, listed=listed)

    @router.post("/{batch_id}/confirmation")
    async def confirm(request: Request, person: Person, batch_id: Id, form: Form) -> Response:
        path = f"{BATCHES}/{batch_id}/deaths/confirmation"
        await sessions.as_person(person).post(path, {"reason": _reason(form)}, once=form.get("once", ""))
        return RedirectResponse(f"/deaths/{batch_id}", 303, headers=page_headers(request))

    @router.post("/cases/{case_id}/closing")
    async def close(request: Request, person: Person, case_id: Id, form: Form) -> Response:
        path = f"{CASES}/{case_id}/closing"
        await sessions.as_person(person).post(path, {"reason": _reason(form)}, once=form.get("once", ""))
        return RedirectResponse("/deaths", 303, headers=page_headers(request))

    return router


async def _batches(calls: AsPerson) -> Sequence[dict[str, Any]]:
    """The newest batches that could tell a death, with how many they would tell."""
    listed = [batch for batch in await calls.items(BATCHES) if batch["kind"] in TELLS_DEATHS][-BATCHES_SHOWN:]
    found = await asyncio.gather(*(calls.get(f"{BATCHES}/{batch['id']}") for batch in reversed(listed)))
    return [batch for batch in found if batch["deaths"]["deaths"]]


def _reason(form: dict[str, str]) -> str:
    reason = form.get("reason", "").strip()
    if not reason:
        raise Refusal("form-incomplete")
    return reason
