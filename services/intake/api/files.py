"""A request's file: one stream, or parts that can be taken up again."""

import asyncio
import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request

from services.intake.parts import IntakeParts
from services.intake.usecases.take_file import (
    Part,
    awaits_file,
    check_part,
    digest_of,
    drop_file,
    keep_part,
    take_file,
)
from services.intake.usecases.views import request_view
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.blobs.ref import BlobRef
from shared.http import parts_of, receive
from shared.refusals import Refusal

router = APIRouter(prefix="/intake/v1", tags=["requests"])
_RANGE = re.compile(r"^bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})$")


@router.put("/requests/{request_id}/file", status_code=202)
async def upload(
    request_id: str,
    request: Request,
    parts: Annotated[IntakeParts, Depends(parts_of)],
    caller: Annotated[Caller, allow("intake.request.upload")],
    content_range: Annotated[str, Header(max_length=100, description="bytes first-last/total, for a part")] = "",
) -> dict[str, Any]:
    """The raw bytes of the file. With Content-Range a part; the last part starts the check."""
    row = await parts.db.read(lambda session: awaits_file(session, request_id, caller))
    part = _part(content_range, parts.settings.max_file_bytes)
    if part is not None:
        await parts.db.read(lambda session: check_part(session, row, part))
    blob = await _receive(request, parts, row.plan_number, part)
    try:
        files = [blob] if part is None else await _keep(parts, row.id, part, blob, caller)
    except Refusal:
        await asyncio.to_thread(parts.blobs.destroy, blob)
        raise
    if not files:
        return {"id": row.id, "state": row.state, "upload": {"next_byte": part.stop if part else 0}}
    return await _finish(parts, row.id, files, caller)


async def _receive(request: Request, parts: IntakeParts, plan_number: str, part: Part | None) -> BlobRef:
    writer = parts.blobs.create(purpose="request-file", key=f"plan/{plan_number}")
    limit = parts.settings.max_file_bytes if part is None else part.stop - part.start
    blob = await receive(request, writer, limit=limit)
    if part is not None and blob.size != part.stop - part.start:
        await asyncio.to_thread(parts.blobs.destroy, blob)
        raise Refusal("bad-request")
    return blob


async def _keep(parts: IntakeParts, request_id: str, part: Part, blob: BlobRef, caller: Caller) -> list[BlobRef]:
    return await parts.db.write(lambda work: keep_part(work, request_id, part, blob, caller))


async def _finish(parts: IntakeParts, request_id: str, files: list[BlobRef], caller: Caller) -> dict[str, Any]:
    sha256 = await asyncio.to_thread(digest_of, parts.blobs, files)
    try:
        taken = await parts.db.write(lambda work: take_file(work, request_id, files, sha256, caller))
    except Refusal:
        await parts.db.write(lambda work: drop_file(work, request_id, files))
        raise
    return request_view(taken)


def _part(content_range: str, limit: int) -> Part | None:
    if not content_range:
        return None
    found = _RANGE.match(content_range.strip())
    if found is None:
        raise Refusal("bad-request")
    first, last, total = (int(each) for each in found.groups())
    if not first <= last < total:
        raise Refusal("bad-request")
    if total > limit:
        raise Refusal("too-large", limit_bytes=limit)
    return Part(first, last + 1, total)
