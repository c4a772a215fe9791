"""Deaths: the new ones of a batch and their confirmation; cases of people told dead who live."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from services.matcher.settings import MatcherParts
from services.matcher.usecases import death_cases
from services.matcher.usecases.confirm_deaths import confirm_deaths, list_deaths
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page, parts_of
from shared.http.paging import decode
from shared.refusals import Refusal

routes = APIRouter(prefix="/matcher/v1", tags=["deaths"])

PartsOf = Annotated[MatcherParts, Depends(parts_of)]
OnceOf = Annotated[Once, Depends(once)]


class Because(BaseModel):
    """Why a person confirms or closes; kept sealed."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(min_length=1, max_length=1000)


@routes.get("/batches/{batch_id}/deaths")
async def get_deaths(
    parts: PartsOf,
    caller: Annotated[Caller, allow("matcher.death.list")],
    batch_id: str,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Deaths that the batch would tell for the first time: seq, request, day and evidence in codes; recorded first."""
    found = await list_deaths(parts, caller, batch_id, after_seq=_seq(cursor), limit=limit + 1)
    return page(found, limit=limit, position=lambda one: str(one["seq"]))


@routes.post("/batches/{batch_id}/deaths/confirmation")
async def post_confirmation(
    parts: PartsOf,
    caller: Annotated[Caller, allow("matcher.death.confirm")],
    once: OnceOf,
    batch_id: str,
    because: Because,
) -> dict[str, Any]:
    """Confirm them, once nothing of the batch is left to decide. Whoever confirms does not release the batch."""
    return await confirm_deaths(parts, caller, batch_id, because.reason, once)


@routes.get("/death-cases")
async def get_cases(
    parts: PartsOf,
    caller: Annotated[Caller, allow("matcher.death_case.list")],
    state: Literal["", "open", "closed"] = "",
    plan_number: Annotated[str, Query(pattern=r"^([0-9]{8})?$")] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Plans that were told of a death whose person lives, by the record of the reply that told it."""
    found = await death_cases.list_cases(
        parts, state=state, plan_number=plan_number, after=decode(cursor), limit=limit + 1
    )
    return page(found, limit=limit, position=lambda one: one["id"])


@routes.post("/death-cases/{case_id}/closing")
async def post_closing(
    parts: PartsOf,
    caller: Annotated[Caller, allow("matcher.death_case.close")],
    once: OnceOf,
    case_id: str,
    because: Because,
) -> dict[str, Any]:
    """The plan has been told that the person lives: close its case with a reason."""
    return await death_cases.close_case(parts, caller, case_id, because.reason, once)


def _seq(cursor: str) -> int:
    text = decode(cursor) or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refusal("bad-request")
    return int(text)
