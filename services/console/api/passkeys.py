"""One's own passkeys: seen, added, ended."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from services.console.api.gate import Form, Person
from services.console.api.pages import Pages, page_headers
from services.console.api.signing import credential_in
from services.console.calls import ServiceRefused
from services.console.sessions import Sessions

HERE: Final = "/passkeys"
PASSKEYS: Final = "/authority/v1/passkeys"
Id = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,36}$")]


def passkey_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/passkeys`; its script asks for `/passkeys/options` and sends what the authenticator made of them."""
    router = APIRouter(prefix=HERE, include_in_schema=False)

    @router.get("")
    async def listed(request: Request, person: Person) -> HTMLResponse:
        return pages.show(request, "passkeys.html", passkeys=await sessions.as_person(person).items(PASSKEYS))

    @router.post("/options")
    async def options(request: Request, person: Person) -> Response:
        try:
            told = await sessions.as_person(person).post(f"{PASSKEYS}/options")
        except ServiceRefused as refused:  # told to the script, which has the words
            return JSONResponse({"code": refused.code}, refused.status, page_headers(request))
        return JSONResponse(told, headers=page_headers(request))

    @router.post("")
    async def add(request: Request, person: Person, form: Form) -> Response:
        body = {"credential": credential_in(form)}
        await sessions.as_person(person).post(PASSKEYS, body, once=form.get("once", ""))
        return RedirectResponse(HERE, 303, headers=page_headers(request))

    @router.post("/{passkey_id}/end")
    async def end(request: Request, person: Person, passkey_id: Id) -> Response:
        await sessions.as_person(person).post(f"{PASSKEYS}/{passkey_id}/end")
        return RedirectResponse(HERE, 303, headers=page_headers(request))

    return router
