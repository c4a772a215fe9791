"""Cycles: counts, cutoff, reply dates, plans that have not sent."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from services.intake.parts import IntakeParts
from services.intake.usecases.show_cycles import find_cycles, show_cycle
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, page, parts_of
from shared.http.paging import decode

router = APIRouter(prefix="/intake/v1", tags=["cycles"])
Parts = Annotated[IntakeParts, Depends(parts_of)]
Reader = Annotated[Caller, allow("intake.cycle.read")]


@router.get("/cycles")
async def find(parts: Parts, caller: Reader, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Closed cycles and those still open, the newest first."""
    before = decode(cursor)
    items = await parts.db.write(lambda work: find_cycles(work, caller, before=before, count=limit + 1))
    return page(items, limit=limit, position=lambda item: item["cycle"])


@router.get("/cycles/{cycle}")
async def show(cycle: str, parts: Parts, caller: Reader) -> dict[str, Any]:
    """One cycle with its counts and the plans that have not sent."""
    return await parts.db.write(lambda work: show_cycle(work, cycle, caller))
