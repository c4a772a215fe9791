"""A plan's requests: register, look, withdraw, replace."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session, col, select

from services.intake.api.bodies import NewRequest, Replacement
from services.intake.api.views import detail_view, registered_view, request_view
from services.intake.parts import IntakeParts
from services.intake.storage.requests import history
from services.intake.storage.tables import RequestRow
from services.intake.usecases.change_request import replace_request, withdraw_request
from services.intake.usecases.find_own_request import find_own_request
from services.intake.usecases.make_receipt import make_receipt, published_key
from services.intake.usecases.register_request import Registration, register_request
from services.intake.usecases.take_file import parts_of_file
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.db import Work
from shared.http import Cursor, Limit, Once, once, page, parts_of
from shared.http.paging import decode
from shared.refusals import Refusal

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

    def read(work: Work) -> dict[str, Any]:
        rows = _find(work.session, wanted, caller, after, limit + 1)
        work.record(caller.access("intake.request.list", "plan", plan_number or "*"))
        return page([request_view(row) for row in rows], limit=limit, position=lambda item: item["id"])

    return await parts.db.write(read)


@router.get("/requests/{request_id}")
async def show(
    request_id: str, parts: Parts, caller: Annotated[Caller, allow("intake.request.read")]
) -> dict[str, Any]:
    """State, counts, cycle and history of one request."""

    def read(work: Work) -> dict[str, Any]:
        row = find_own_request(work.session, request_id, caller)
        next_byte = sum(part.blob["size"] for part in parts_of_file(work.session, row.id))
        work.record(caller.access("intake.request.read", "request", row.id))
        return detail_view(row, history(work.session, row.id), next_byte)

    return await parts.db.write(read)


@router.get("/requests/{request_id}/receipt")
async def receipt(
    request_id: str, parts: Parts, caller: Annotated[Caller, allow("intake.receipt.read")]
) -> dict[str, Any]:
    """The signed receipt."""

    def read(work: Work) -> RequestRow:
        row = find_own_request(work.session, request_id, caller)
        work.record(caller.access("intake.receipt.read", "request", row.id))
        return row

    return make_receipt(parts, await parts.db.write(read))


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
    return await once.write(parts.db, lambda work: request_view(withdraw_request(work, request_id, caller)))


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
        old = find_own_request(work.session, request_id, caller)
        plan_number, kind = body.plan_number or old.plan_number, body.kind or old.kind
        if (plan_number, kind) != (old.plan_number, old.kind):
            raise Refusal("replacement-differs")
        new = NewRequest(
            plan_number=old.plan_number, kind=kind, record_count=body.record_count, sha256=body.sha256, form=body.form
        )
        registration: Registration = new.registration()
        return registered_view(replace_request(work, request_id, registration, caller)) | {"replaces": old.id}

    return await once.write(parts.db, run)


def _find(session: Session, wanted: dict[str, str], caller: Caller, after: str, count: int) -> list[RequestRow]:
    found = select(RequestRow).order_by(col(RequestRow.id).desc()).limit(count)
    for name, value in wanted.items():
        if value:
            found = found.where(getattr(RequestRow, name) == value)
    if caller.principal.kind == "client" and "*" not in caller.principal.plans:
        found = found.where(col(RequestRow.plan_number).in_(sorted(caller.principal.plans)))
    if after:
        found = found.where(col(RequestRow.id) < after)
    return list(session.exec(found).all())
