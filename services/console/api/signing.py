"""Sign in, stay, sign out."""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from services.console.api.gate import Form, Person, cookie_name, on_loopback, word_of
from services.console.api.pages import Pages, page_headers
from services.console.calls import ServiceRefused
from services.console.sessions import Session, Sessions

SIGN_IN: Final = "/sign-in"
MACHINE_DAYS: Final = 400
TYPED: Final = ("staff_id", "password", "totp")
MACHINE: Final = ("equipment_id", "equipment_secret")


def signing_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/sign-in` by password or passkey, `/sign-out`, and `/alive`, which says that somebody is still at work here."""
    router = APIRouter(include_in_schema=False)

    @router.get(SIGN_IN)
    async def ask(request: Request) -> HTMLResponse:
        return pages.show(request, "sign_in.html", problem=None, knows_machine=bool(_machine(request)))

    @router.post(SIGN_IN)
    async def take(request: Request, form: Form) -> Response:
        typed = {name: form.get(name, "") for name in TYPED}
        typed = typed | {"staff_id": typed["staff_id"].strip(), "totp": typed["totp"].replace(" ", "")}
        return await _sign_in(request, pages, sessions, typed)

    @router.post(f"{SIGN_IN}/passkey")
    async def take_passkey(request: Request, form: Form) -> Response:
        return await _sign_in(request, pages, sessions, {"credential": credential_in(form)}, way="/passkey")

    @router.post(f"{SIGN_IN}/passkey/options")
    async def challenge(request: Request) -> Response:
        return JSONResponse(await sessions.challenge(), headers=page_headers(request))

    @router.post("/sign-out")
    async def leave(request: Request, person: Person) -> Response:
        await sessions.sign_out(person)
        answer = RedirectResponse(SIGN_IN, 303, headers=page_headers(request))
        answer.delete_cookie(
            cookie_name(request), path="/", secure=not on_loopback(request), httponly=True, samesite="strict"
        )
        return answer

    @router.get("/alive")
    async def alive(request: Request, person: Person) -> Response:
        return Response(status_code=204, headers=page_headers(request))

    return router


def credential_in(form: Mapping[str, str]) -> Any:
    """What the browser's authenticator said, as the page's script put it into the form; null where nothing is there."""
    try:
        return json.loads(form.get("credential", ""))
    except ValueError:
        return None


async def _sign_in(
    request: Request, pages: Pages, sessions: Sessions, proof: Mapping[str, Any], *, way: str = ""
) -> Response:
    """Bring a person's proof to authority, with that of the machine."""
    form: Mapping[str, str] = request.state.form
    machine = {name: form.get(name, "").strip() for name in MACHINE}
    if not all(machine.values()):
        machine = _machine(request)
    try:
        session = await sessions.sign_in({**proof, **(machine or dict.fromkeys(MACHINE, ""))}, way=way)
    except ServiceRefused as refused:
        shown = {"problem": refused.problem, "knows_machine": bool(_machine(request))}
        return pages.show(request, "sign_in.html", status=refused.status, **shown)
    sessions.forget_word(word_of(request))
    answer = RedirectResponse("/home", 303, headers=page_headers(request))
    _give_session(request, answer, session)
    if form.get("remember"):
        _give_machine(request, answer, machine)
    return answer


def _give_session(request: Request, answer: Response, session: Session) -> None:
    answer.set_cookie(
        cookie_name(request), session.word, path="/", secure=not on_loopback(request), httponly=True, samesite="strict"
    )


def _give_machine(request: Request, answer: Response, machine: dict[str, str]) -> None:
    """The piece of equipment proves itself from now on: its browser shows this where people sign in, nowhere else."""
    answer.set_cookie(
        _machine_cookie(request),
        base64.urlsafe_b64encode(json.dumps(machine).encode()).decode(),
        path=SIGN_IN,
        max_age=MACHINE_DAYS * 86_400,
        secure=not on_loopback(request),
        httponly=True,
        samesite="strict",
    )


def _machine(request: Request) -> dict[str, str]:
    """What this browser was told about the equipment it runs on; empty without it."""
    try:
        told = json.loads(base64.urlsafe_b64decode(request.cookies.get(_machine_cookie(request), "")))
        return {name: str(told[name]) for name in MACHINE}
    except (binascii.Error, ValueError, KeyError, TypeError):
        return {}


def _machine_cookie(request: Request) -> str:
    return "shokai-equipment" if on_loopback(request) else "__Secure-shokai-equipment"
