"""/media/v1/dispatches and /media/v1/tracking-imports: envelopes from the packing table to the plan."""

import asyncio
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response

from services.media.api.calls import Id, TheParts, run, run_once
from services.media.domain.tracking import read_tracking
from services.media.usecases import dispatch_papers, follow_dispatch
from services.media.usecases import make_dispatch as envelopes
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once
from shared.refusals import Refusal

router = APIRouter(prefix="/media/v1", tags=["dispatches"])
TRACKING_BYTES: Final = 4 << 20
DiscLabel = Annotated[str, Field(pattern=r"^([0-9a-fA-F-]{36}|[0-9]{4}[AB]-[0-9]{4}-[0-9]{1,3})$")]


class NewDispatch(BaseModel):
    """What was scanned at the packing table. `envelope_plan_number` is the address on the envelope, where scanned.

    A disc is named by its id, or by the number that its label shows.
    """

    model_config = ConfigDict(extra="forbid")

    disc_ids: list[DiscLabel] = Field(min_length=1, max_length=100)
    carrier: str = Field(min_length=1, max_length=40)
    tracking_number: str = Field(pattern=r"^[0-9A-Za-z -]{4,30}$")
    seal_number: str = Field(default="", pattern=r"^[0-9A-Za-z-]{0,30}$")
    envelope_plan_number: str = Field(default="", pattern=r"^([0-9]{8})?$")


class DispatchEvent(BaseModel):
    """One step of an envelope on its way."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["handed_over", "sealed", "sent", "delivered", "returned", "lost"]
    at: AwareDatetime | None = None


@router.post("/dispatches", status_code=201)
async def make_dispatch(
    parts: TheParts,
    caller: Annotated[Caller, allow("media.dispatch.make")],
    body: NewDispatch,
    once_only: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Puts discs into an envelope; a label that does not belong stops it with 409 `wrong-envelope`."""
    return await run_once(
        parts,
        caller,
        "media.dispatch.make",
        "*",
        once_only,
        lambda work: envelopes.make_dispatch(parts, work, caller, **body.model_dump()),
    )


@router.get("/dispatches")
async def list_dispatches(
    parts: TheParts,
    caller: Annotated[Caller, allow("media.dispatch.list")],
    state: Annotated[str, Query(max_length=12, pattern=r"^[a-z_]*$")] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Envelopes, oldest first."""
    return await run(
        parts,
        caller,
        "media.dispatch.list",
        "*",
        lambda work: envelopes.list_dispatches(work, caller, state=state, limit=limit, cursor=cursor),
    )


@router.get("/dispatches/{dispatch_id}")
async def show_dispatch(
    parts: TheParts, caller: Annotated[Caller, allow("media.dispatch.read")], dispatch_id: Id
) -> dict[str, Any]:
    """One envelope with its way."""
    return await run(
        parts,
        caller,
        "media.dispatch.read",
        dispatch_id,
        lambda work: envelopes.show_dispatch(work, caller, dispatch_id),
    )


@router.post("/dispatches/{dispatch_id}/events")
async def record_event(
    parts: TheParts, caller: Annotated[Caller, allow("media.dispatch.follow")], dispatch_id: Id, body: DispatchEvent
) -> dict[str, Any]:
    """The next step of an envelope; none can be skipped or taken back."""
    return await run(
        parts,
        caller,
        "media.dispatch.follow",
        dispatch_id,
        lambda work: follow_dispatch.record_dispatch_event(work, caller, dispatch_id, state=body.state, at=body.at),
    )


@router.get("/dispatches/{dispatch_id}/manifest.pdf", response_class=Response)
async def print_manifest(
    parts: TheParts, caller: Annotated[Caller, allow("media.dispatch.manifest")], dispatch_id: Id
) -> Response:
    """The hand-over sheet for the sealing contractor."""
    data = await run(
        parts,
        caller,
        "media.dispatch.manifest",
        dispatch_id,
        lambda work: dispatch_papers.manifest_of(parts, work, caller, dispatch_id),
    )
    pdf = await asyncio.to_thread(parts.press.print, "sealing_manifest", data, at=parts.clock.now())
    return Response(pdf, media_type="application/pdf")


@router.post("/tracking-imports")
async def import_tracking(
    request: Request, parts: TheParts, caller: Annotated[Caller, allow("media.tracking.import")]
) -> dict[str, Any]:
    """The carrier's CSV (UTF-8 or CP932); the same file again changes nothing."""
    data = await _body(request)

    def apply(work: Any) -> dict[str, Any]:
        return follow_dispatch.import_tracking(work, caller, *read_tracking(data))

    return await run(parts, caller, "media.tracking.import", "carrier", apply)


async def _body(request: Request) -> bytes:
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > TRACKING_BYTES:
            raise Refusal("too-large", limit_bytes=TRACKING_BYTES)
    return bytes(data)
