"""Reviews: a list without personal data, the two sides on demand, the decision."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.matcher.settings import MatcherParts
from services.matcher.usecases.decide_review import Verdict, decide_review
from services.matcher.usecases.list_reviews import list_reviews as reviews_in_order
from services.matcher.usecases.show_review import show_review
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page, parts_of
from shared.http.paging import decode

routes = APIRouter(prefix="/matcher/v1/reviews", tags=["reviews"])

PartsOf = Annotated[MatcherParts, Depends(parts_of)]


class Decision(BaseModel):
    """Whether the two sides are the same person, and why. `candidate` chooses among several."""

    model_config = ConfigDict(extra="forbid")

    same_person: bool
    reason: str = Field(min_length=1, max_length=1000)
    candidate: int | None = Field(default=None, ge=1, le=5)


@routes.get("")
async def list_reviews(
    parts: PartsOf,
    caller: Annotated[Caller, allow("matcher.review.list")],
    batch_id: str = "",
    state: Literal["", "open", "decided"] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Reviews in the order of opening, by seq and reason code only."""
    found = await reviews_in_order(parts, batch_id=batch_id, state=state, after=decode(cursor), limit=limit + 1)
    return page(found, limit=limit, position=lambda one: one["id"])


@routes.get("/{review_id}")
async def get_review(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.review.read")], review_id: str
) -> dict[str, Any]:
    """Both sides, the differences and the steps; recorded before they are shown."""
    return await show_review(parts, caller, review_id)


@routes.post("/{review_id}/decision")
async def post_decision(
    parts: PartsOf,
    caller: Annotated[Caller, allow("matcher.review.decide")],
    once: Annotated[Once, Depends(once)],
    review_id: str,
    decision: Decision,
) -> dict[str, Any]:
    """Decide; when none of the batch is left open, the batch becomes releasable."""
    verdict = Verdict(decision.same_person, decision.reason, decision.candidate)
    return await decide_review(parts, caller, review_id, verdict, once)
