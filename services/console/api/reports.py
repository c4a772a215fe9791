"""The monthly analysis of accesses on a page: plots with their numbers beside them, and the paper."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console.api.gate import Form, Person
from services.console.api.inputs import Cursor
from services.console.api.pages import Pages, page_headers
from services.console.calls import PAPER
from services.console.domain.stacked_bars import Picture, picture_of
from services.console.sessions import Sessions

REPORTS: Final = "/audit/v1/reports"
SHOWN: Final = 60

MonthName = Annotated[str, Path(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$")]


def report_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/reports`: the months; one month with its plots; its paper."""
    router = APIRouter(prefix="/reports", include_in_schema=False)

    @router.get("")
    async def reports(request: Request, person: Person, cursor: Cursor = "") -> HTMLResponse:
        listed = await sessions.as_person(person).get(REPORTS, cursor=cursor, limit=str(SHOWN))
        return pages.show(request, "reports.html", listed=listed)

    @router.post("")
    async def make(request: Request, person: Person, form: Form) -> Response:
        body = {"month": form.get("month", "").strip()}
        made = await sessions.as_person(person).post(REPORTS, body, once=form.get("once", ""))
        return RedirectResponse(f"/reports/{made['month']}", 303, headers=page_headers(request))

    @router.get("/{month}")
    async def report(request: Request, person: Person, month: MonthName) -> HTMLResponse:
        shown = await sessions.as_person(person).get(f"{REPORTS}/{month}")
        return pages.show(request, "report.html", report=shown, days=_days(shown), hours=_hours(shown))

    @router.get("/{month}/paper")
    async def paper(request: Request, person: Person, month: MonthName) -> Response:
        pdf = await sessions.as_person(person).get(f"{REPORTS}/{month}/paper")
        told = {"Content-Disposition": f'inline; filename="accesses-{month}.pdf"'}
        return Response(pdf, media_type=PAPER, headers=page_headers(request) | told)

    return router


def _days(report: Mapping[str, Any]) -> Picture:
    return picture_of(
        [(str(int(row["day"][-2:])), row["done"], row["refused"], not row["open"]) for row in report["days"]]
    )


def _hours(report: Mapping[str, Any]) -> Picture:
    return picture_of([(str(row["hour"]), row["open"], row["closed"], False) for row in report["hours"]])
