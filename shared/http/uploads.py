"""Uploads go as a size-limited stream into an encrypted blob; never to a file in clear."""

import asyncio
from typing import Final

from fastapi import Request
from starlette.requests import ClientDisconnect

from shared.blobs.ref import BlobRef
from shared.blobs.writer import BlobWriter
from shared.refusals import Refusal

GATHER_BYTES: Final = 1 << 20


async def receive(request: Request, writer: BlobWriter, *, limit: int) -> BlobRef:
    """Stream the body into `writer`. Refusal `too-large` beyond `limit` bytes; a broken connection leaves nothing."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise Refusal("too-large", limit_bytes=limit)
    try:
        with writer:
            received, gathered = 0, bytearray()
            async for piece in request.stream():
                received += len(piece)
                if received > limit:
                    raise Refusal("too-large", limit_bytes=limit)
                gathered += piece
                if len(gathered) >= GATHER_BYTES:
                    await asyncio.to_thread(writer.write, bytes(gathered))
                    gathered.clear()
            await asyncio.to_thread(writer.write, bytes(gathered))
    except ClientDisconnect as gone:
        raise Refusal("bad-request") from gone
    return writer.ref
