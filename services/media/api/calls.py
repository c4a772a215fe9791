"""How a route runs a use case: in one transaction with its record, or refused with a record of that."""

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path

from services.media.parts import MediaParts
from shared.auth.caller import Caller
from shared.db import Work
from shared.http import Once, parts_of
from shared.refusals import Refusal

T = TypeVar("T")

TheParts = Annotated[MediaParts, Depends(parts_of)]
Id = Annotated[str, Path(pattern=r"^[0-9a-fA-F-]{36}$", description="UUID")]


async def run(parts: MediaParts, caller: Caller, act: str, object_id: str, fn: Callable[[Work], T]) -> T:
    """The result of `fn` once committed. What a rule refuses is recorded as refused, with the code."""
    try:
        return await parts.db.write(fn)
    except Refusal as refusal:
        await record_refusal(parts, caller, act, object_id, refusal)
        raise


async def run_once(
    parts: MediaParts, caller: Caller, act: str, object_id: str, once: Once, fn: Callable[[Work], dict[str, Any]]
) -> dict[str, Any]:
    """As run, but once per Idempotency-Key."""
    try:
        return await once.write(parts.db, fn)
    except Refusal as refusal:
        await record_refusal(parts, caller, act, object_id, refusal)
        raise


async def record_refusal(parts: MediaParts, caller: Caller, act: str, object_id: str, refusal: Refusal) -> None:
    """Keeps who was refused what, and why."""
    object_type = act.split(".")[1]
    access = caller.access(act, object_type, object_id, outcome="refused", reason=refusal.code)
    await parts.db.write(lambda work: work.record(access))
