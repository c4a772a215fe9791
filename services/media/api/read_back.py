"""What came back from the burner: a digest, or the bytes themselves, which are hashed as they pass and not kept."""

import hashlib
from typing import Final

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import ClientDisconnect

from services.media.parts import MediaParts
from services.media.storage.discs import disc_of
from shared.refusals import Refusal

RUN_OUT_BYTES: Final = 300 * 2048  # a burner may add that many bytes of zeros after the image
JSON_BYTES: Final = 1000


class ReadBack(BaseModel):
    """The digest that the media station computed over what it read."""

    model_config = ConfigDict(extra="forbid")

    sha256: str = Field(pattern=r"^[0-9a-fA-F]{64}$")


async def digest_in(request: Request, parts: MediaParts, disc_id: str) -> str:
    """The SHA-256 told or computed. Refusals `bad-request`, `too-large`, `not-found`."""
    if request.headers.get("content-type", "").split(";")[0].strip() == "application/json":
        return await _told(request)
    disc = await parts.db.read(lambda session: disc_of(session, disc_id))
    return await _computed(request, size=int((disc.image or {}).get("size", 0)))


async def _told(request: Request) -> str:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > JSON_BYTES:
            raise Refusal("too-large", limit_bytes=JSON_BYTES)
    try:
        return ReadBack.model_validate_json(bytes(body)).sha256
    except ValidationError as wrong:
        raise Refusal("bad-request") from wrong


async def _computed(request: Request, *, size: int) -> str:
    """The digest of the first `size` bytes; more than the burner's run-out after them is another disc."""
    digest, received = hashlib.sha256(), 0
    try:
        async for piece in request.stream():
            digest.update(piece[: max(0, size - received)])
            if any(piece[max(0, size - received) :]):
                digest.update(b"more")
            received += len(piece)
            if received > size + RUN_OUT_BYTES:
                raise Refusal("too-large", limit_bytes=size + RUN_OUT_BYTES)
    except ClientDisconnect as gone:
        raise Refusal("bad-request") from gone
    return digest.hexdigest()
