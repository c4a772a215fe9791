"""The quarterly checksheet on a page: evidence beside each question, three signatures, and the paper."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console.api.gate import Form, Person
from services.console.api.inputs import Cursor
from services.console.api.pages import Pages, page_headers
from services.console.calls import PAPER
from services.console.sessions import Sessions
from shared.refusals import Refusal

SHEETS: Final = "/audit/v1/checksheets"
SHOWN: Final = 40
STEPS: Final = frozenset({"signatures/clerk", "signatures/head", "signatures/audit", "evidence"})

Quarter = Annotated[str, Path(pattern=r"^[0-9]{4}-Q[1-4]$")]


def checksheet_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/checksheets`: all sheets; one sheet with its answers, its signatures and its paper."""
    router = APIRouter(prefix="/checksheets", include_in_schema=False)

    @router.get("")
    async def sheets(request: Request, person: Person, cursor: Cursor = "") -> HTMLResponse:
        listed = await sessions.as_person(person).get(SHEETS, cursor=cursor, limit=str(SHOWN))
        return pages.show(request, "checksheets.html", listed=listed)

    @router.post("")
    async def open_one(request: Request, person: Person, form: Form) -> Response:
        body = {"quarter": form.get("quarter", "").strip()}
        sheet = await sessions.as_person(person).post(SHEETS, body, once=form.get("once", ""))
        return _back(request, sheet["quarter"])

    @router.get("/{quarter}")
    async def sheet(request: Request, person: Person, quarter: Quarter) -> HTMLResponse:
        shown = await sessions.as_person(person).get(f"{SHEETS}/{quarter}")
        return pages.show(request, "checksheet.html", sheet=shown, signed=_signatures(shown))

    @router.get("/{quarter}/paper")
    async def paper(request: Request, person: Person, quarter: Quarter) -> Response:
        pdf = await sessions.as_person(person).get(f"{SHEETS}/{quarter}/paper")
        told = {"Content-Disposition": f'inline; filename="checksheet-{quarter}.pdf"'}
        return Response(pdf, media_type=PAPER, headers=page_headers(request) | told)

    @router.post("/{quarter}/answers")
    async def answer(request: Request, person: Person, quarter: Quarter, form: Form) -> Response:
        path = f"{SHEETS}/{quarter}/answers"
        await sessions.as_person(person).post(path, {"answers": _answers(form)}, once=form.get("once", ""))
        return _back(request, quarter)

    @router.post("/{quarter}/return")
    async def give_back(request: Request, person: Person, quarter: Quarter, form: Form) -> Response:
        body = {"reason": form.get("reason", "").strip()}
        await sessions.as_person(person).post(f"{SHEETS}/{quarter}/return", body, once=form.get("once", ""))
        return _back(request, quarter)

    @router.post("/{quarter}/{step:path}")
    async def take_step(request: Request, person: Person, quarter: Quarter, step: str, form: Form) -> Response:
        if step not in STEPS:
            raise Refusal("no-such-path")
        await sessions.as_person(person).post(f"{SHEETS}/{quarter}/{step}", once=form.get("once", ""))
        return _back(request, quarter)

    return router


def _back(request: Request, quarter: str) -> Response:
    return RedirectResponse(f"/checksheets/{quarter}", 303, headers=page_headers(request))


def _answers(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """The answers that are ticked: fields answer-4, remarks-4, reason-4."""
    ticked = [name.removeprefix("answer-") for name in form if name.startswith("answer-")]
    if not ticked or not all(number.isdecimal() for number in ticked):
        raise Refusal("form-incomplete")
    return [
        {
            "item": int(number),
            "answer": form[f"answer-{number}"],
            "remarks": form.get(f"remarks-{number}", "").strip(),
            "reason": form.get(f"reason-{number}", "").strip(),
        }
        for number in ticked
    ]


def _signatures(sheet: Mapping[str, Any]) -> dict[str, Any]:
    """The signatures that stand: those since the sheet was last returned."""
    standing: dict[str, Any] = {}
    for step in sheet["steps"]:
        if step["step"] == "return":
            standing.clear()
        else:
            standing[step["step"]] = step
    return standing
