"""A second person's approval: asked for, looked at, decided."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.authority.domain.approvals import ApprovalState
from services.authority.parts import AuthorityParts
from services.authority.storage.approvals import approval_by_id, approvals_before
from services.authority.usecases.decide_approval import decide_approval
from services.authority.usecases.request_approval import approval_view, request_approval
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page, parts_of
from shared.http.paging import decode
from shared.refusals import Refusal

router = APIRouter(prefix="/authority/v1/approvals", tags=["approvals"])
Parts = Annotated[AuthorityParts, Depends(parts_of)]


class Asking(BaseModel):
    """What is to be approved, and why it is needed."""

    model_config = ConfigDict(extra="forbid")

    action: str = Field(min_length=1, max_length=80)
    object: str = Field(min_length=1, max_length=120)
    reason: str = Field(min_length=1, max_length=400, description="Never a person's data")


class Decision(BaseModel):
    """Yes or no."""

    model_config = ConfigDict(extra="forbid")

    approve: bool
    reason: str = Field("", max_length=400, description="Never a person's data")


@router.post("", status_code=201, summary="Ask for a second person")
async def ask(
    body: Asking,
    parts: Parts,
    caller: Annotated[Caller, allow("authority.approval.request")],
    repeat: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """A pending approval, bound to act, object and caller; it expires by itself."""
    return await repeat.write(parts.db, request_approval(caller, body.action, body.object, body.reason))


@router.get("", summary="Approvals, the newest first")
async def list_(
    parts: Parts,
    _: Annotated[Caller, allow("authority.approval.read")],
    state: Annotated[ApprovalState | None, Query()] = None,
    requester: Annotated[str, Query(max_length=80)] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """For the list of what waits."""
    wanted = state.value if state else ""
    rows = await parts.db.read(
        lambda session: approvals_before(session, decode(cursor), limit + 1, state=wanted, requester=requester)
    )
    return page([approval_view(row) for row in rows], limit=limit, position=lambda item: item["id"])


@router.get("/{approval_id}", summary="One approval")
async def read(
    approval_id: str, parts: Parts, _: Annotated[Caller, allow("authority.approval.read")]
) -> dict[str, Any]:
    """The approval, or 404."""
    found = await parts.db.read(lambda session: approval_by_id(session, approval_id))
    if found is None:
        raise Refusal("not-found")
    return approval_view(found)


@router.post("/{approval_id}/decision", summary="Decide, as the second person")
async def decide(
    approval_id: str, body: Decision, parts: Parts, caller: Annotated[Caller, allow("authority.approval.decide")]
) -> dict[str, Any]:
    """Once, in time, by another person of the right team."""
    to = ApprovalState.APPROVED if body.approve else ApprovalState.REFUSED
    return await _decide(parts, caller, approval_id, to, body.reason)


@router.post("/{approval_id}/withdrawal", summary="Take back what one asked for")
async def withdraw(
    approval_id: str, parts: Parts, caller: Annotated[Caller, allow("authority.approval.request")]
) -> dict[str, Any]:
    """Only while nobody has decided."""
    return await _decide(parts, caller, approval_id, ApprovalState.WITHDRAWN, "")


async def _decide(
    parts: AuthorityParts, caller: Caller, approval_id: str, to: ApprovalState, reason: str
) -> dict[str, Any]:
    outcome = await parts.db.write(decide_approval(caller, approval_id, to, reason))
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome
