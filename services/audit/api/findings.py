"""Findings of audits, incidents, assessments and checksheets, on their way through plan, do, check, act."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from services.audit.api.inputs import Said, TheParts
from services.audit.domain.checksheets.improvement import Origin
from services.audit.usecases.checksheets import finding_lists, improve
from services.audit.usecases.checksheets.open_finding import open_finding
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page
from shared.http.paging import decode

router: Final = APIRouter(prefix="/audit/v1/findings", tags=["findings"])
Id = Annotated[str, Path(max_length=36, pattern=r"^[0-9a-f-]+$")]
Keyed = Annotated[Once, Depends(once)]
Viewer = Annotated[Caller, allow("audit.finding.view")]
StaffId = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._@-]+$")]
Reference = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._:/@-]+$")]


class Opening(BaseModel):
    """What was found. `reference`: the audit, incident, assessment or checksheet item that it comes from."""

    origin: Origin
    reference: Reference
    summary: Said = Field(max_length=1000)


class Planning(BaseModel):
    """Why it happened, directly and indirectly, what is done about it, by whom and until when."""

    direct_cause: Said = Field(max_length=1000)
    indirect_cause: Said = Field(max_length=1000)
    action: Said = Field(max_length=1000)
    owner: StaffId
    due_on: date


class Done(BaseModel):
    """What was done."""

    done: Said = Field(max_length=1000)


class Check(BaseModel):
    """Whether it helped, and how that was seen."""

    effective: bool
    effect: Said = Field(max_length=1000)


class Standard(BaseModel):
    """What was made the rule."""

    standard: Said = Field(max_length=1000)


class Because(BaseModel):
    """Why nothing is to be done."""

    reason: Said = Field(max_length=1000)


@router.get("")
async def listed(
    parts: TheParts,
    caller: Viewer,
    state: Literal["", "at_work", "found", "planned", "carried_out", "effective", "closed", "dropped"] = "",
    overdue: bool = False,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Findings, the oldest first; `overdue`: planned, and due before today."""
    found = await finding_lists.findings(
        parts, caller, state=state, overdue=overdue, after=decode(cursor), limit=limit + 1
    )
    return page(found, limit=limit, position=lambda item: item["id"])


@router.post("")
async def opening(
    body: Opening, parts: TheParts, caller: Annotated[Caller, allow("audit.finding.open")], once: Keyed
) -> dict[str, Any]:
    """Enter a finding."""
    stated = body.model_dump()
    return await once.write(parts.db, lambda work: open_finding(work, caller, **stated))


@router.get("/{finding_id}")
async def one(finding_id: Id, parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """One finding with all its steps."""
    return await finding_lists.finding(parts, caller, finding_id)


@router.post("/{finding_id}/plan")
async def planning(
    finding_id: Id,
    body: Planning,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.finding.plan")],
    once: Keyed,
) -> dict[str, Any]:
    """P: causes and action."""
    planned = improve.Plan(**body.model_dump())
    return await once.write(parts.db, lambda work: improve.plan(work, caller, finding_id, planned))


@router.post("/{finding_id}/carrying-out")
async def carrying_out(
    finding_id: Id,
    body: Done,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.finding.carry_out")],
    once: Keyed,
) -> dict[str, Any]:
    """D: it was done."""
    return await once.write(parts.db, lambda work: improve.carry_out(work, caller, finding_id, body.done))


@router.post("/{finding_id}/check")
async def checking(
    finding_id: Id, body: Check, parts: TheParts, caller: Annotated[Caller, allow("audit.finding.check")], once: Keyed
) -> dict[str, Any]:
    """C: whether it helped; by somebody who had no part in it. Without effect it is planned anew."""
    return await once.write(
        parts.db,
        lambda work: improve.check_effect(work, caller, finding_id, effective=body.effective, effect=body.effect),
    )


@router.post("/{finding_id}/closing")
async def closing(
    finding_id: Id,
    body: Standard,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.finding.close")],
    once: Keyed,
) -> dict[str, Any]:
    """A: the improvement is the rule now."""
    return await once.write(parts.db, lambda work: improve.close(work, caller, finding_id, body.standard))


@router.post("/{finding_id}/dropping")
async def dropping(
    finding_id: Id, body: Because, parts: TheParts, caller: Annotated[Caller, allow("audit.finding.drop")], once: Keyed
) -> dict[str, Any]:
    """Nothing is to be done."""
    return await once.write(parts.db, lambda work: improve.drop(work, caller, finding_id, body.reason))
