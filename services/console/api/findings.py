"""Findings on their way through plan, do, check, act."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console.api.gate import Form, Person
from services.console.api.inputs import Cursor
from services.console.api.pages import Pages, page_headers
from services.console.sessions import Sessions
from shared.refusals import Refusal

FINDINGS: Final = "/audit/v1/findings"
SHOWN: Final = 100
STEPS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "plan": ("plan", ("direct_cause", "indirect_cause", "action", "owner", "due_on")),
    "carry_out": ("carrying-out", ("done",)),
    "check": ("check", ("effect",)),
    "close": ("closing", ("standard",)),
    "drop": ("dropping", ("reason",)),
}
"""Step -> where the service takes it, and what is written down at it."""

Id = Annotated[str, Path(pattern=r"^[0-9a-f-]{1,36}$")]


def finding_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/findings`: what is to be made better; one finding with its causes, action and effect."""
    router = APIRouter(prefix="/findings", include_in_schema=False)

    @router.get("")
    async def findings(request: Request, person: Person, cursor: Cursor = "", state: str = "at_work") -> HTMLResponse:
        chosen = "" if state == "all" else "at_work"
        listed = await sessions.as_person(person).get(FINDINGS, state=chosen, cursor=cursor, limit=str(SHOWN))
        return pages.show(request, "findings.html", listed=listed, chosen=chosen)

    @router.post("")
    async def open_one(request: Request, person: Person, form: Form) -> Response:
        body = _said(form, ("origin", "reference", "summary"))
        finding = await sessions.as_person(person).post(FINDINGS, body, once=form.get("once", ""))
        return _back(request, finding["id"])

    @router.get("/{finding_id}")
    async def finding(request: Request, person: Person, finding_id: Id) -> HTMLResponse:
        shown = await sessions.as_person(person).get(f"{FINDINGS}/{finding_id}")
        return pages.show(request, "finding.html", finding=shown)

    @router.post("/{finding_id}/{step}")
    async def take_step(request: Request, person: Person, finding_id: Id, step: str, form: Form) -> Response:
        if step not in STEPS:
            raise Refusal("no-such-path")
        place, fields = STEPS[step]
        body: dict[str, Any] = _said(form, fields)
        if step == "check":
            body["effective"] = form.get("effective") == "yes"
        await sessions.as_person(person).post(f"{FINDINGS}/{finding_id}/{place}", body, once=form.get("once", ""))
        return _back(request, finding_id)

    return router


def _said(form: Mapping[str, str], fields: tuple[str, ...]) -> dict[str, Any]:
    """What was written in these fields. Refusal `form-incomplete` where one is empty."""
    said = {name: form.get(name, "").strip() for name in fields}
    if not all(said.values()):
        raise Refusal("form-incomplete")
    return said


def _back(request: Request, finding_id: str) -> Response:
    return RedirectResponse(f"/findings/{finding_id}", 303, headers=page_headers(request))
