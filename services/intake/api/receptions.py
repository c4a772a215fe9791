"""Envelopes that came by post: registered, read, returned, destroyed."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from services.intake.api.bodies import NewReception, Reason
from services.intake.parts import IntakeParts
from services.intake.usecases.end_custody import destroy_reception, return_reception
from services.intake.usecases.read_medium import can_be_opened, plan_to_read, read_medium
from services.intake.usecases.register_reception import Envelope, register_reception
from services.intake.usecases.show_receptions import find_receptions, show_reception, view_of
from services.intake.usecases.views import medium_view
from shared.auth.allow import allow
from shared.auth.caller import Caller
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
    return await once.write(parts.db, lambda work: view_of(work.session, register_reception(work, envelope, caller)))


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
    items = await parts.db.write(
        lambda work: find_receptions(work, plan_number, caller, only_due=due, after=after, count=limit + 1)
    )
    return page(items, limit=limit, position=lambda item: item["id"])


@router.get("/receptions/{reception_id}")
async def show(
    reception_id: str, parts: Parts, caller: Annotated[Caller, allow("intake.reception.read")]
) -> dict[str, Any]:
    """One reception with its media and requests."""
    return await parts.db.write(lambda work: show_reception(work, reception_id, caller))


@router.put("/receptions/{reception_id}/media/{number}/image", status_code=202)
async def image(
    reception_id: str,
    number: int,
    request: Request,
    parts: Parts,
    caller: Annotated[Caller, allow("intake.media.read_in")],
) -> dict[str, Any]:
    """What the media reader read: a disc image, or a single file. Transferred at the end of the day."""
    plan_number = await parts.db.read(lambda session: plan_to_read(session, reception_id, number))
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
        lambda work: view_of(work.session, return_reception(work, reception_id, body.reason, caller)),
    )


@router.post("/receptions/{reception_id}/destruction")
async def destroy(
    reception_id: str,
    parts: Parts,
    caller: Annotated[Caller, allow("intake.media.destroy")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Record the destruction of media and form, approved by a second person."""
    return await once.write(parts.db, lambda work: view_of(work.session, destroy_reception(work, reception_id, caller)))
