"""Lists: at most `limit` items, and a cursor for the next ones."""

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query

from shared.refusals import Refusal

Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many items")]
Cursor = Annotated[str, Query(max_length=400, description="next_cursor of the page before")]


def page(items: Sequence[Any], *, limit: int, position: Any) -> dict[str, Any]:
    """`{"items", "next_cursor"}` out of up to limit + 1 items read; `position(item)` is the text to go on after."""
    shown = list(items[:limit])
    more = len(items) > limit
    return {"items": shown, "next_cursor": encode(position(items[limit - 1])) if more else None}


def encode(position: str) -> str:
    """A position as an opaque cursor."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def decode(cursor: str) -> str:
    """The position behind a cursor; empty for the first page. Refusal `bad-request` for anything else."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as wrong:
        raise Refusal("bad-request") from wrong
