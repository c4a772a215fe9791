"""/media/v1/replies: what a plan's program uses."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from services.media.api.calls import Id, TheParts, run
from services.media.usecases import hand_out_package as packages
from services.media.usecases import read_replies
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, send_blob

router = APIRouter(prefix="/media/v1/replies", tags=["replies"])


class Receipt(BaseModel):
    """The plan's confirmation: the digest of the package as it arrived."""

    model_config = ConfigDict(extra="forbid")

    sha256: str = Field(pattern=r"^[0-9a-fA-F]{64}$")


@router.get("")
async def list_replies(
    parts: TheParts,
    caller: Annotated[Caller, allow("media.reply.list")],
    request_id: Annotated[str, Query(max_length=36, pattern=r"^[0-9a-fA-F-]*$")] = "",
    state: Annotated[str, Query(max_length=12, pattern=r"^[a-z_]*$")] = "",
    cycle: Annotated[str, Query(max_length=9, pattern=r"^[0-9AB-]*$")] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Replies that the caller may know of, oldest first."""
    return await run(
        parts,
        caller,
        "media.reply.list",
        request_id or "*",
        lambda work: read_replies.list_replies(
            work, caller, request_id=request_id, state=state, cycle=cycle, limit=limit, cursor=cursor
        ),
    )


@router.get("/{reply_id}")
async def show_reply(
    parts: TheParts, caller: Annotated[Caller, allow("media.reply.read")], reply_id: Id
) -> dict[str, Any]:
    """Where one reply stands."""
    return await run(
        parts, caller, "media.reply.read", reply_id, lambda work: read_replies.show_reply(work, caller, reply_id)
    )


@router.get("/{reply_id}/package", response_class=Response)
async def download_package(
    request: Request, parts: TheParts, caller: Annotated[Caller, allow("media.package.download")], reply_id: Id
) -> StreamingResponse:
    """The encrypted ZIP; ranges allowed."""
    package = await run(
        parts,
        caller,
        "media.package.download",
        reply_id,
        lambda work: packages.hand_out_package(parts, work, caller, reply_id),
    )
    return send_blob(parts.blobs, package, media_type="application/zip", filename=f"{reply_id}.zip", request=request)


@router.post("/{reply_id}/receipt", status_code=204)
async def confirm_receipt(
    parts: TheParts, caller: Annotated[Caller, allow("media.package.receive")], reply_id: Id, receipt: Receipt
) -> None:
    """The package arrived whole; its password may be asked for now."""
    await run(
        parts,
        caller,
        "media.package.receive",
        reply_id,
        lambda work: packages.confirm_receipt(parts, work, caller, reply_id, receipt.sha256),
    )


@router.get("/{reply_id}/password")
async def show_password(
    parts: TheParts, caller: Annotated[Caller, allow("media.package.password")], reply_id: Id
) -> dict[str, str]:
    """The password, once for each receipt."""
    password = await run(
        parts,
        caller,
        "media.package.password",
        reply_id,
        lambda work: packages.show_package_password(parts, work, caller, reply_id),
    )
    return {"password": password}
