"""/media/v1/discs: planned, imaged, written, read back, labelled."""

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from services.media.api.calls import Id, TheParts, record_refusal, run, run_once
from services.media.api.read_back import digest_in
from services.media.usecases import burn_disc, disc_papers, follow_discs, make_image, read_discs, reissue_disc
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, send_blob
from shared.refusals import Refusal

router = APIRouter(prefix="/media/v1/discs", tags=["discs"])
OnceOnly = Annotated[Once, Depends(once)]


class Reason(BaseModel):
    """Why; no personal data."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=200)


class DiscEvent(BaseModel):
    """What happened to one disc outside of an envelope."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["cased", "returned", "lost", "destroyed"]
    at: AwareDatetime | None = None
    reason: str = Field(default="", max_length=200)


@router.get("")
async def list_discs(
    parts: TheParts,
    caller: Annotated[Caller, allow("media.disc.list")],
    state: Annotated[str, Query(max_length=12, pattern=r"^[a-z_]*$")] = "",
    cycle: Annotated[str, Query(max_length=9, pattern=r"^[0-9AB-]*$")] = "",
    plan_number: Annotated[str, Query(max_length=8, pattern=r"^[0-9]*$")] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Discs in number order."""
    return await run(
        parts,
        caller,
        "media.disc.list",
        "*",
        lambda work: read_discs.list_discs(
            work, caller, state=state, cycle=cycle, plan_number=plan_number, limit=limit, cursor=cursor
        ),
    )


@router.get("/{disc_id}")
async def show_disc(
    parts: TheParts, caller: Annotated[Caller, allow("media.disc.read")], disc_id: Id
) -> dict[str, Any]:
    """One disc with its life."""
    return await run(
        parts, caller, "media.disc.read", disc_id, lambda work: read_discs.show_disc(work, caller, disc_id)
    )


@router.post("/{disc_id}/image", status_code=201)
async def make_disc_image(
    parts: TheParts, caller: Annotated[Caller, allow("media.disc.make_image")], disc_id: Id, once_only: OnceOnly
) -> dict[str, Any]:
    """Seals the replies and makes the image, of every volume where there are several; answers when it is read back."""
    try:
        return await make_image.make_disc_image(parts, caller, once_only, disc_id)
    except Refusal as refusal:
        await record_refusal(parts, caller, "media.disc.make_image", disc_id, refusal)
        raise


@router.get("/{disc_id}/image", response_class=Response)
async def read_disc_image(
    request: Request, parts: TheParts, caller: Annotated[Caller, allow("media.disc.read_image")], disc_id: Id
) -> StreamingResponse:
    """The image for the media writer; ranges allowed. Uses up a blank."""
    image = await run(
        parts,
        caller,
        "media.disc.read_image",
        disc_id,
        lambda work: burn_disc.hand_out_image(parts, work, caller, disc_id),
    )
    return send_blob(
        parts.blobs, image, media_type="application/x-iso9660-image", filename=f"{disc_id}.iso", request=request
    )


@router.post("/{disc_id}/readback")
async def read_back(
    request: Request, parts: TheParts, caller: Annotated[Caller, allow("media.disc.read_back")], disc_id: Id
) -> dict[str, Any]:
    """What was read from the burnt disc: `{"sha256"}` as JSON, or all its bytes. A mismatch answers 409."""
    sha256 = await digest_in(request, parts, disc_id)
    answer = await run(
        parts,
        caller,
        "media.disc.read_back",
        disc_id,
        lambda work: burn_disc.read_back(parts, work, caller, disc_id, sha256),
    )
    if not answer.pop("matched"):
        raise Refusal("digest-mismatch", disc_id=disc_id)
    return answer


@router.get("/{disc_id}/label.pdf", response_class=Response)
async def print_label(parts: TheParts, caller: Annotated[Caller, allow("media.disc.label")], disc_id: Id) -> Response:
    """The face of the disc; red where it holds individual numbers."""
    data = await run(
        parts, caller, "media.disc.label", disc_id, lambda work: disc_papers.label_of(parts, work, caller, disc_id)
    )
    return await _pdf(parts, "disc_label", data, parts.clock.now())


@router.get("/{disc_id}/password")
async def show_password(
    parts: TheParts, caller: Annotated[Caller, allow("media.disc.password")], disc_id: Id
) -> dict[str, str]:
    """The password, once, after the disc has arrived; to be sent by another way."""
    data = await _password(parts, caller, disc_id)
    return {"password": data["password"]}


@router.get("/{disc_id}/password-letter.pdf", response_class=Response)
async def print_password_letter(
    parts: TheParts, caller: Annotated[Caller, allow("media.disc.password")], disc_id: Id
) -> Response:
    """The same, as the letter to the plan; it counts as the one showing."""
    data = await _password(parts, caller, disc_id)
    return await _pdf(parts, "password_letter", data, parts.clock.now())


@router.post("/{disc_id}/reissue", status_code=201)
async def reissue(
    parts: TheParts,
    caller: Annotated[Caller, allow("media.disc.reissue")],
    disc_id: Id,
    body: Reason,
    once_only: OnceOnly,
) -> dict[str, Any]:
    """A disc anew from the backup, with a second person's approval."""
    return await run_once(
        parts,
        caller,
        "media.disc.reissue",
        disc_id,
        once_only,
        lambda work: reissue_disc.reissue_disc(work, caller, disc_id, body.reason),
    )


@router.post("/{disc_id}/events")
async def record_event(
    parts: TheParts, caller: Annotated[Caller, allow("media.disc.follow")], disc_id: Id, body: DiscEvent
) -> dict[str, Any]:
    """A disc was put into its case, came back, was lost or destroyed."""
    return await run(
        parts,
        caller,
        "media.disc.follow",
        disc_id,
        lambda work: follow_discs.record_disc_event(
            work, caller, disc_id, state=body.state, at=body.at, reason=body.reason
        ),
    )


async def _password(parts: TheParts, caller: Caller, disc_id: str) -> dict[str, Any]:
    return await run(
        parts,
        caller,
        "media.disc.password",
        disc_id,
        lambda work: disc_papers.show_disc_password(parts, work, caller, disc_id),
    )


async def _pdf(parts: TheParts, template: Any, data: dict[str, Any], at: datetime) -> Response:
    pdf = await asyncio.to_thread(parts.press.print, template, data, at=at)
    return Response(pdf, media_type="application/pdf")
