"""Downloads come as a stream out of an encrypted blob, with ranges."""

import re
from collections.abc import Iterator
from typing import Final

from fastapi import Request
from starlette.responses import StreamingResponse

from shared.blobs.errors import BlobDamaged, BlobGone
from shared.blobs.reader import BlobReader
from shared.blobs.ref import BlobRef
from shared.blobs.store import BlobStore
from shared.refusals import Refusal

PIECE_BYTES: Final = 1 << 20
_RANGE: Final = re.compile(r"^bytes=([0-9]{0,18})-([0-9]{0,18})$")


def send_blob(blobs: BlobStore, ref: BlobRef, *, media_type: str, filename: str, request: Request) -> StreamingResponse:
    """The blob, or the range of it that the request names.

    Refusals `range-not-satisfiable` where it has none such, `stored-data-damaged` where its beginning is not what was
    written; damage that is met later breaks the connection off.
    """
    start, stop = _range(request.headers.get("range", ""), ref.size)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Length": str(stop - start),
        "Content-Disposition": f'attachment; filename="{filename}"',
        "ETag": f'"{ref.sha256}"',
    }
    partial = (start, stop) != (0, ref.size)
    if partial:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{ref.size}"
    reader, first = _opened(blobs, ref, start, stop)
    return StreamingResponse(_pieces(reader, first, stop), 206 if partial else 200, headers, media_type)


def _range(header: str, size: int) -> tuple[int, int]:
    """The half-open range asked for; all of it without a header or with one that we do not serve (RFC 9110, 14.2)."""
    found = _RANGE.match(header)
    if not found or found.groups() == ("", ""):
        return 0, size
    first, last = found.groups()
    if first == "":
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(size, int(last) + 1 if last else size)
    if start >= stop:
        raise Refusal("range-not-satisfiable", size=size)
    return start, stop


def _opened(blobs: BlobStore, ref: BlobRef, start: int, stop: int) -> tuple[BlobReader, bytes]:
    """A reader, and the first piece as it is known to be right."""
    try:
        reader = blobs.open(ref)
        reader.seek(start)
        return reader, reader.read(min(PIECE_BYTES, stop - start)) or b""
    except (BlobDamaged, BlobGone) as wrong:
        raise Refusal("stored-data-damaged") from wrong


def _pieces(reader: BlobReader, first: bytes, stop: int) -> Iterator[bytes]:
    with reader:
        piece = first
        while piece:
            yield piece
            piece = reader.read(min(PIECE_BYTES, stop - reader.tell())) or b""
