"""Envelopes that came by post: registered, read, returned, destroyed."""

import asyncio
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session, col, select

from services.intake.api.bodies import NewReception, Reason
from services.intake.api.views import medium_view, reception_view
from services.intake.parts import IntakeParts
from services.intake.storage.registers import find_reception, media_of
from services.intake.storage.tables import ReceptionRow, RequestRow
from services.intake.usecases.end_custody import KEPT_MONTHS, destroy_reception, return_reception
from services.intake.usecases.read_medium import can_be_opened, check_readable_now, read_medium
from services.intake.usecases.register_reception import Envelope, register_reception
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.calendar.retention import add_months
from shared.db import Work
from shared.http import Cursor, Limit, Once, once, page, parts_of, receive
from shared.http.paging import decode
from shared.refusals import Refusal

router = APIRouter(prefix="/intake/v1", tags=["receptions"])
Parts = Annotated[IntakeParts, Depends(parts_of)]


@router.post("/receptions", status_code=201)
async def register(
    body: NewReception,
    parts: Parts,
    caller: Annotated[Caller, allow("intake.reception.register")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Register an opened envelope."""
    envelope = Envelope(
        plan_number=body.plan_number,
        received_on=body.received_on,
        form_enclosed=body.form_enclosed,
        labels=[each.label for each in body.media],
    )

    def run(work: Work) -> dict[str, Any]:
        row = register_reception(work, envelope, caller)
        work.session.flush()
        return _view(work.session, row)

    return await once.write(parts.db, run)


@router.get("/receptions")
async def find(
    parts: Parts,
    caller: Annotated[Caller, allow("intake.reception.read")],
    plan_number: Annotated[str, Query(max_length=8)] = "",
    due: Annotated[bool, Query(description="Only those whose media and form are due to be destroyed")] = False,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Receptions, the newest first."""
    after = decode(cursor)

    def read(work: Work) -> dict[str, Any]:
        today = work.now.astimezone(JST).date() if due else None
        rows = _find(work.session, plan_number, today, after, limit + 1)
        work.record(caller.access("intake.reception.read", "plan", plan_number or "*"))
        items = [_view(work.session, row) for row in rows]
        return page(items, limit=limit, position=lambda item: item["id"])

    return await parts.db.write(read)


@router.get("/receptions/{reception_id}")
async def show(
    reception_id: str, parts: Parts, caller: Annotated[Caller, allow("intake.reception.read")]
) -> dict[str, Any]:
    """One reception with its media and requests."""

    def read(work: Work) -> dict[str, Any]:
        row = find_reception(work.session, reception_id)
        work.record(caller.access("intake.reception.read", "reception", row.id))
        return _view(work.session, row)

    return await parts.db.write(read)


@router.put("/receptions/{reception_id}/media/{number}/image", status_code=202)
async def image(
    reception_id: str,
    number: int,
    request: Request,
    parts: Parts,
    caller: Annotated[Caller, allow("intake.media.read_in")],
) -> dict[str, Any]:
    """What the media reader read: a disc image, or a single file. Transferred at the end of the day."""
    plan_number = await parts.db.read(lambda session: _plan_of(session, reception_id, number))
    writer = parts.blobs.create(purpose="reader-copy", key=f"plan/{plan_number}")
    copy = await receive(request, writer, limit=parts.settings.max_image_bytes)
    opens = await asyncio.to_thread(can_be_opened, parts.blobs, copy)
    try:
        row = await parts.db.write(
            lambda work: read_medium(work, reception_id, number, copy, opens=opens, caller=caller)
        )
    except Refusal:
        await asyncio.to_thread(parts.blobs.destroy, copy)
        raise
    return medium_view(row) | {"reception_id": reception_id, "sha256": copy.sha256}


@router.post("/receptions/{reception_id}/return")
async def send_back(
    reception_id: str,
    body: Reason,
    parts: Parts,
    caller: Annotated[Caller, allow("intake.media.return")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Send an envelope's media back to the plan."""
    return await once.write(
        parts.db,
        lambda work: _view(work.session, return_reception(work, reception_id, body.reason, caller)),
    )


@router.post("/receptions/{reception_id}/destruction")
async def destroy(
    reception_id: str,
    parts: Parts,
    caller: Annotated[Caller, allow("intake.media.destroy")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Record the destruction of media and form, approved by a second person."""
    return await once.write(parts.db, lambda work: _view(work.session, destroy_reception(work, reception_id, caller)))


def _plan_of(session: Session, reception_id: str, number: int) -> str:
    check_readable_now(session, reception_id, number)
    return find_reception(session, reception_id).plan_number


def _view(session: Session, row: ReceptionRow) -> dict[str, Any]:
    requests = session.exec(select(RequestRow).where(RequestRow.reception_id == row.id)).all()
    return reception_view(row, media_of(session, row.id), requests)


def _find(session: Session, plan_number: str, today: date | None, after: str, count: int) -> list[ReceptionRow]:
    found = select(ReceptionRow).order_by(col(ReceptionRow.id).desc()).limit(count)
    if plan_number:
        found = found.where(ReceptionRow.plan_number == plan_number)
    if after:
        found = found.where(col(ReceptionRow.id) < after)
    if today is not None:
        found = found.where(
            col(ReceptionRow.received_on) <= add_months(today, -KEPT_MONTHS),
            col(ReceptionRow.destroyed_at).is_(None),
            col(ReceptionRow.returned_at).is_(None),
        )
    return list(session.exec(found).all())
