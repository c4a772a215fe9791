"""The quality of a plan's data: score, trend, causes. Counts only; a plan's own client sees its own."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.matcher.settings import MatcherParts
from services.matcher.usecases.show_quality import show_quality
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import parts_of

routes = APIRouter(prefix="/matcher/v1/quality", tags=["quality"])


@routes.get("")
async def get_quality(
    parts: Annotated[MatcherParts, Depends(parts_of)],
    caller: Annotated[Caller, allow("matcher.quality.read")],
    plan_number: Annotated[str, Query(pattern=r"^[0-9]{8}$")],
    cycles: Annotated[int, Query(ge=1, le=120, description="So many of the newest cycles")] = 12,
) -> dict[str, Any]:
    """Score 0 to 100 of each cycle, oldest first, with what lowered it; trend: points since the cycle before."""
    return await show_quality(parts, caller, plan_number, cycles)
