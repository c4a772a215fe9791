"""What must be destroyed when: due, overdue, held, done; certificates to print; holds by two people."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console.api.gate import Form, Person
from services.console.api.inputs import Cursor
from services.console.api.pages import Pages, page_headers
from services.console.calls import AsPerson
from services.console.domain.destruction_months import bars_of, months_of
from services.console.sessions import Sessions
from shared.refusals import Refusal

LEDGER: Final = "/audit/v1/destructions"
MASKINGS: Final = "/audit/v1/maskings"
ROUNDS: Final = "/audit/v1/sentinel-runs"
HOLDS: Final = "/audit/v1/holds"
APPROVALS: Final = "/authority/v1/approvals"
SET: Final = "audit.hold.set"
LIFT: Final = "audit.hold.lift"
STATES: Final = ("overdue", "due", "held", "kept", "done")
SHOWN: Final = 50

Id = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,36}$")]


def destruction_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/destructions`: the ledger, one certificate, holds."""
    router = APIRouter(prefix="/destructions", include_in_schema=False)
    _showing(router, pages, sessions)
    _holding(router, sessions)
    return router


def _showing(router: APIRouter, pages: Pages, sessions: Sessions) -> None:
    @router.get("")
    async def overview(request: Request, person: Person, state: str = "", cursor: Cursor = "") -> HTMLResponse:
        calls = sessions.as_person(person)
        forecast, holds, approvals = await asyncio.gather(
            calls.get(f"{LEDGER}/forecast"), calls.items(HOLDS, state="active"), _approvals(calls)
        )
        chosen = state if state in STATES else ("overdue" if forecast["overdue"] else "due")
        maskings, rounds = await asyncio.gather(calls.items(MASKINGS), calls.get(ROUNDS, limit="1"))
        listed = await calls.get(LEDGER, state=chosen, cursor=cursor, limit=str(SHOWN))
        months = months_of(forecast)
        return pages.show(
            request,
            "destructions.html",
            forecast=forecast,
            counts=_counts(forecast),
            months=months,
            bars=bars_of(months),
            listed=listed,
            state=chosen,
            holds=holds,
            approvals=approvals,
            maskings=maskings,
            last_round=next(iter(rounds["items"]), None),
        )

    @router.get("/maskings/{batch_id}")
    async def masking(request: Request, person: Person, batch_id: Id) -> HTMLResponse:
        certificate = await sessions.as_person(person).get(f"{MASKINGS}/{batch_id}/certificate")
        return pages.show(request, "masking.html", certificate=certificate)

    @router.get("/{destruction_id}")
    async def certificate(request: Request, person: Person, destruction_id: Id) -> HTMLResponse:
        entry = await sessions.as_person(person).get(f"{LEDGER}/{destruction_id}")
        return pages.show(request, "destruction.html", entry=entry)


def _holding(router: APIRouter, sessions: Sessions) -> None:
    @router.post("/holds/approvals")
    async def ask(request: Request, person: Person, form: Form) -> Response:
        named = form.get("hold", "") or f"{_given(form, 'object_type')}/{_given(form, 'object_id')}"
        asked = {"action": LIFT if form.get("hold") else SET, "object": named, "reason": _given(form, "reason")}
        await sessions.as_person(person).post(APPROVALS, asked, once=form.get("once", ""))
        return _back(request)

    @router.post("/holds/approvals/{approval_id}/decision")
    async def decide(request: Request, person: Person, approval_id: Id, form: Form) -> Response:
        decision = {"approve": _given(form, "approve") == "yes", "reason": form.get("reason", "").strip()}
        await sessions.as_person(person).post(f"{APPROVALS}/{approval_id}/decision", decision)
        return _back(request)

    @router.post("/holds")
    async def set_hold(request: Request, person: Person, form: Form) -> Response:
        kind, _, object_id = _given(form, "object").partition("/")
        body = {"object_type": kind, "object_id": object_id}
        body |= {"reason": _given(form, "reason"), "ends_on": _given(form, "ends_on")}
        stated = {"once": form.get("once", ""), "approval": _given(form, "approval")}
        await sessions.as_person(person).post(HOLDS, body, **stated)
        return _back(request)

    @router.post("/holds/{hold_id}/lift")
    async def lift(request: Request, person: Person, hold_id: Id, form: Form) -> Response:
        stated = {"once": form.get("once", ""), "approval": _given(form, "approval")}
        body = {"reason": _given(form, "reason")}
        await sessions.as_person(person).post(f"{HOLDS}/{hold_id}/lift", body, **stated)
        return _back(request)


async def _approvals(calls: AsPerson) -> list[dict[str, Any]]:
    """Approvals of holds that somebody asked for and nobody has used, refused or let expire."""
    found = [one for state in ("pending", "approved") for one in await calls.items(APPROVALS, state=state)]
    return [one for one in found if one["action"] in (SET, LIFT)]


def _counts(forecast: Mapping[str, Any]) -> dict[str, int]:
    """Copies in each state, for the head of the page."""
    due = [row for row in forecast["months"] if row["month"] == forecast["month"]]
    lists = {"overdue": forecast["overdue"], "due": due, "held": forecast["held"], "done": forecast["done"]}
    return {state: sum(int(row["copies"]) for row in rows) for state, rows in lists.items()}


def _given(form: dict[str, str], name: str) -> str:
    text = form.get(name, "").strip()
    if not text:
        raise Refusal("form-incomplete")
    return text


def _back(request: Request) -> Response:
    return RedirectResponse("/destructions?state=held", 303, headers=page_headers(request))
