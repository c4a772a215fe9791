"""The monthly analysis of accesses."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field

from services.audit.api.inputs import TheParts
from services.audit.usecases.reports import show_report
from services.audit.usecases.reports.make_report import make_report
from services.audit.usecases.reports.print_report import print_report
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page
from shared.http.paging import decode

router: Final = APIRouter(prefix="/audit/v1/reports", tags=["reports"])
MonthName = Annotated[str, Path(pattern=r"^2[0-9]{3}-(0[1-9]|1[0-2])$", description="2026-06")]
Viewer = Annotated[Caller, allow("audit.report.view")]


class Wish(BaseModel):
    """Which month."""

    month: str = Field(max_length=7)


@router.get("")
async def listed(parts: TheParts, caller: Viewer, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """The months that have a report, newest first."""
    found = await show_report.listed(parts, caller, before=decode(cursor), limit=limit + 1)
    return page(found, limit=limit, position=lambda item: item["month"])


@router.post("")
async def making(
    body: Wish,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.report.make")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Analyse a month that has begun; what was made of it before is kept."""
    return await make_report(parts, caller, body.month, once)


@router.get("/{month}")
async def one(month: MonthName, parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """The report of a month as it was made last."""
    return await show_report.report(parts, caller, month)


@router.get("/{month}/paper", response_class=Response)
async def paper(month: MonthName, parts: TheParts, caller: Viewer) -> Response:
    """The report with its plots, as PDF/A."""
    data = await show_report.report_to_print(parts, caller, month)
    pdf = await asyncio.to_thread(print_report, parts, data)
    told = {"Content-Disposition": f'inline; filename="accesses-{month}.pdf"', "Cache-Control": "no-store"}
    return Response(pdf, media_type="application/pdf", headers=told)
