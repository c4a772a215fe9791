"""The regulations: read them, state that they were read, see who has not."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console.api.gate import Form, Person
from services.console.api.pages import Pages, page_headers
from services.console.sessions import Sessions

REGULATIONS: Final = "/audit/v1/regulations"
FIELDS: Final = ("version", "in_force_from", "document", "digest", "text")

Number = Annotated[int, Path(ge=1, le=99)]
VersionName = Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,20}$")]


def regulation_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/regulations`: all, with who still has to read them; one with its versions."""
    router = APIRouter(prefix="/regulations", include_in_schema=False)

    @router.get("")
    async def regulations(request: Request, person: Person) -> HTMLResponse:
        calls = sessions.as_person(person)
        listed = await calls.get(REGULATIONS)
        reminds = pages.may(person, "audit.regulation.remind")
        unread = (await calls.get(f"{REGULATIONS}/unread"))["items"] if reminds else []
        return pages.show(request, "regulations.html", listed=listed["items"], unread=unread, reminds=reminds)

    @router.get("/{number}")
    async def regulation(request: Request, person: Person, number: Number) -> HTMLResponse:
        shown = await sessions.as_person(person).get(f"{REGULATIONS}/{number}")
        return pages.show(request, "regulation.html", regulation=shown)

    @router.post("/{number}/versions")
    async def add(request: Request, person: Person, number: Number, form: Form) -> Response:
        body = {name: form.get(name, "").strip() for name in FIELDS}
        path = f"{REGULATIONS}/{number}/versions"
        await sessions.as_person(person).post(path, body, once=form.get("once", ""))
        return _back(request, number)

    @router.post("/{number}/versions/{version}/reading")
    async def read(request: Request, person: Person, number: Number, version: VersionName, form: Form) -> Response:
        path = f"{REGULATIONS}/{number}/versions/{version}/reading"
        await sessions.as_person(person).post(path, once=form.get("once", ""))
        return _back(request, number)

    return router


def _back(request: Request, number: int) -> Response:
    return RedirectResponse(f"/regulations/{number}", 303, headers=page_headers(request))
