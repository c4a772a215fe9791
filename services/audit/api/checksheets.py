"""Quarterly checksheets: questions, answers, evidence beside them, three signatures, and the paper."""

import asyncio
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field

from services.audit.api.inputs import Said, Text, TheParts
from services.audit.domain.checksheets.evidence import Evidence
from services.audit.usecases.checksheets import sheet_lists
from services.audit.usecases.checksheets.answer_items import Given, answer_items
from services.audit.usecases.checksheets.file_evidence import file_evidence
from services.audit.usecases.checksheets.open_sheet import open_sheet, refresh_evidence
from services.audit.usecases.checksheets.print_sheet import print_sheet
from services.audit.usecases.checksheets.sign_sheet import return_sheet, sign_sheet
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.db import Work
from shared.http import Cursor, Limit, Once, once, page
from shared.http.paging import decode

router: Final = APIRouter(prefix="/audit/v1", tags=["checksheets"])
Quarter = Annotated[str, Path(pattern=r"^[0-9]{4}-Q[1-4]$", description="2026-Q2: April to June 2026")]
Viewer = Annotated[Caller, allow("audit.checksheet.view")]
Keyed = Annotated[Once, Depends(once)]
FactName = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
Count = Annotated[int, Field(strict=True, ge=0, lt=2**53)]
Word = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9._:/@-]*$")]


class Opening(BaseModel):
    """Which quarter."""

    quarter: str = Field(max_length=7)


class ItemAnswer(BaseModel):
    """One answer. `reason`: why it stands against the evidence."""

    item: int = Field(ge=1, le=99)
    answer: Literal["yes", "no"]
    remarks: Text = Field(default="", max_length=400)
    reason: Text = Field(default="", max_length=1000)


class Answers(BaseModel):
    """Answers to some of the questions or to all."""

    answers: list[ItemAnswer] = Field(min_length=1, max_length=50)


class Because(BaseModel):
    """Why a sheet goes back."""

    reason: Said = Field(max_length=1000)


class Filing(BaseModel):
    """Evidence from outside: the code of a statement that is filed, and its facts. Ids, counts and days only."""

    code: str = Field(max_length=60)
    says: Literal["yes", "no", ""] = ""
    facts: dict[FactName, Count | Word] = Field(default_factory=dict, max_length=20)
    refs: list[Word] = Field(default_factory=list, max_length=20)


@router.get("/checksheets")
async def listed(
    parts: TheParts,
    caller: Viewer,
    state: Literal["", "open", "due", "signed_by_clerk", "signed_by_head", "complete"] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Sheets, the newest quarter first; `due`: open though the quarter is over."""
    found = await sheet_lists.sheets(parts, caller, state=state, before=decode(cursor), limit=limit + 1)
    return page(found, limit=limit, position=lambda item: item["quarter"])


@router.post("/checksheets")
async def opening(
    body: Opening, parts: TheParts, caller: Annotated[Caller, allow("audit.checksheet.open")], once: Keyed
) -> dict[str, Any]:
    """Open the sheet of the running or a past quarter."""
    return await once.write(parts.db, lambda work: open_sheet(work, caller, body.quarter))


@router.get("/checksheets/{quarter}")
async def one(quarter: Quarter, parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """One sheet, with the evidence as it was last gathered."""
    return await sheet_lists.sheet(parts, caller, quarter)


@router.post("/checksheets/{quarter}/evidence")
async def gathering(
    quarter: Quarter, parts: TheParts, caller: Annotated[Caller, allow("audit.evidence.gather")], once: Keyed
) -> dict[str, Any]:
    """Gather the evidence anew."""
    return await once.write(parts.db, lambda work: refresh_evidence(work, caller, quarter))


@router.post("/checksheets/{quarter}/answers")
async def answering(
    quarter: Quarter,
    body: Answers,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.checksheet.answer")],
    once: Keyed,
) -> dict[str, Any]:
    """Answer questions. An answer against the evidence is flagged; it cannot be signed without a reason."""
    given = [Given(**answer.model_dump()) for answer in body.answers]
    return await once.write(parts.db, lambda work: answer_items(work, caller, quarter, given))


@router.post("/checksheets/{quarter}/signatures/clerk")
async def clerk_signs(
    quarter: Quarter, parts: TheParts, caller: Annotated[Caller, allow("audit.checksheet.sign_clerk")], once: Keyed
) -> dict[str, Any]:
    """担当者: the first signature."""
    return await once.write(parts.db, lambda work: sign_sheet(work, caller, quarter, "clerk"))


@router.post("/checksheets/{quarter}/signatures/head")
async def head_signs(
    quarter: Quarter, parts: TheParts, caller: Annotated[Caller, allow("audit.checksheet.sign_head")], once: Keyed
) -> dict[str, Any]:
    """室長: the second signature."""
    return await once.write(parts.db, lambda work: sign_sheet(work, caller, quarter, "head"))


@router.post("/checksheets/{quarter}/signatures/audit")
async def audit_signs(
    quarter: Quarter, parts: TheParts, caller: Annotated[Caller, allow("audit.checksheet.sign_audit")], once: Keyed
) -> dict[str, Any]:
    """監査室: the last signature. Answers that need action become findings."""
    return await once.write(parts.db, lambda work: sign_sheet(work, caller, quarter, "audit"))


@router.post("/checksheets/{quarter}/return")
async def returning(
    quarter: Quarter,
    body: Because,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.checksheet.return")],
    once: Keyed,
) -> dict[str, Any]:
    """Give a signed sheet back to the clerk."""
    return await once.write(parts.db, lambda work: return_sheet(work, caller, quarter, body.reason))


@router.get("/checksheets/{quarter}/paper", response_class=Response)
async def paper(quarter: Quarter, parts: TheParts, caller: Viewer) -> Response:
    """The sheet in the form of the document, as PDF/A."""
    data = await sheet_lists.sheet_to_print(parts, caller, quarter)
    pdf = await asyncio.to_thread(print_sheet, parts, data)
    return Response(
        pdf,
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="checksheet-{quarter}.pdf"', "Cache-Control": "no-store"},
    )


@router.post("/evidence")
async def filing(
    body: Filing, parts: TheParts, caller: Annotated[Caller, allow("audit.evidence.file")], once: Keyed
) -> dict[str, Any]:
    """File evidence that the system cannot find out by itself; it counts for the running quarter."""
    evidence = Evidence(body.code, body.says, body.facts, tuple(body.refs))

    def file(work: Work) -> dict[str, Any]:
        found = {"id": file_evidence(work, evidence, by=caller.principal.id), "digest": evidence.digest}
        work.record(caller.access("audit.evidence.file", "evidence", body.code, release=f"sha256:{evidence.digest}"))
        return found

    return await once.write(parts.db, file)
