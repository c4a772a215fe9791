"""Inquiry numbers: how many a plan has. There is no look-up of a person, on purpose."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from services.matcher.settings import MatcherParts
from services.matcher.usecases.count_numbers import count_numbers
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import parts_of

routes = APIRouter(prefix="/matcher/v1/inquiry-numbers", tags=["inquiry numbers"])


@routes.get("/count")
async def get_count(
    parts: Annotated[MatcherParts, Depends(parts_of)],
    caller: Annotated[Caller, allow("matcher.inquiry_numbers.count")],
    plan_number: Annotated[str, Query(pattern=r"^[0-9]{8}$")],
) -> dict[str, Any]:
    """The number of live inquiry numbers of a plan."""
    return {"plan_number": plan_number, "count": await count_numbers(parts, plan_number)}
