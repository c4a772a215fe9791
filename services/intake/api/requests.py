"""A plan's requests: register, look, withdraw, replace."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.intake.api.bodies import NewRequest, Replacement
from services.intake.parts import IntakeParts
from services.intake.usecases.change_request import replace_request, withdraw_request
from services.intake.usecases.make_receipt import published_key
from services.intake.usecases.register_request import register_request
from services.intake.usecases.show_requests import find_requests, show_receipt, show_request
from services.intake.usecases.views import registered_view, request_view
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.db import Work
from shared.http import Cursor, Limit, Once, once, page, parts_of
from shared.http.paging import decode

router = APIRouter(prefix="/intake/v1", tags=["requests"])
Parts = Annotated[IntakeParts, Depends(parts_of)]


@router.post("/requests", status_code=201)
async def register(
    body: NewRequest,
    parts: Parts,
    caller: Annotated[Caller, allow("intake.request.register")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Register a request; its file follows."""
    return await once.write(parts.db, lambda work: registered_view(register_request(work, body.registration(), caller)))


@router.get("/requests")
async def find(
    parts: Parts,
    caller: Annotated[Caller, allow("intake.request.list")],
    plan_number: Annotated[str, Query(max_length=8)] = "",
    kind: Annotated[str, Query(max_length=12)] = "",
    state: Annotated[str, Query(max_length=14)] = "",
    cycle: Annotated[str, Query(max_length=9)] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Requests, the newest first; a plan's client sees its own plans' only."""
    wanted = {"plan_number": plan_number, "kind": kind, "state": state, "cycle": cycle}
    after = decode(cursor)
    items = await parts.db.write(lambda work: find_requests(work, wanted, caller, after=after, count=limit + 1))
    return page(items, limit=limit, position=lambda item: item["id"])


@router.get("/requests/{request_id}")
async def show(
    request_id: str, parts: Parts, caller: Annotated[Caller, allow("intake.request.read")]
) -> dict[str, Any]:
    """State, counts, cycle and history of one request."""
    return await parts.db.write(lambda work: show_request(work, request_id, caller))


@router.get("/requests/{request_id}/receipt")
async def receipt(
    request_id: str, parts: Parts, caller: Annotated[Caller, allow("intake.receipt.read")]
) -> dict[str, Any]:
    """The signed receipt."""
    return await parts.db.write(lambda work: show_receipt(work, parts, request_id, caller))


@router.get("/receipt-key")
async def receipt_key(parts: Parts, caller: Annotated[Caller, allow("intake.receipt_key.read")]) -> dict[str, str]:
    """The public key of receipts."""
    return published_key(parts)


@router.post("/requests/{request_id}/withdrawal")
async def withdraw(
    request_id: str,
    parts: Parts,
    caller: Annotated[Caller, allow("intake.request.withdraw")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Take an accepted request back, until the cutoff."""
    return await once.write(
        parts.db,
        lambda work: request_view(withdraw_request(work, request_id, caller, parts.settings.request_data_months)),
    )


@router.post("/requests/{request_id}/replacement", status_code=201)
async def replace(
    request_id: str,
    body: Replacement,
    parts: Parts,
    caller: Annotated[Caller, allow("intake.request.replace")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Register another request in this one's place, until the cutoff; it takes the place once it is accepted."""

    def run(work: Work) -> dict[str, Any]:
        new = replace_request(work, request_id, body.replacement(), caller)
        return registered_view(new) | {"replaces": request_id}

    return await once.write(parts.db, run)
