"""Reviews: a list without personal data, assignment, the two sides for whoever holds one, the decision, the figures."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query

from services.matcher.api.review_shapes import (
    AgreementFigures,
    Decided,
    Decision,
    NextReviews,
    ReviewPage,
    ReviewShown,
    ReviewSummary,
    Taken,
)
from services.matcher.settings import MatcherParts
from services.matcher.usecases import assign_review
from services.matcher.usecases.decide_review import decide_review
from services.matcher.usecases.list_reviews import list_reviews as reviews_in_order
from services.matcher.usecases.review_agreement import review_agreement
from services.matcher.usecases.review_verdicts import Given
from services.matcher.usecases.show_review import show_review
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page, parts_of
from shared.http.paging import decode

routes = APIRouter(prefix="/matcher/v1/reviews", tags=["reviews"])

PartsOf = Annotated[MatcherParts, Depends(parts_of)]
OnceOf = Annotated[Once, Depends(once)]


@routes.get("", response_model=ReviewPage)
async def list_reviews(
    parts: PartsOf,
    caller: Annotated[Caller, allow("matcher.review.list")],
    batch_id: str = "",
    state: Literal["", "open", "second", "third", "waiting", "decided"] = "",
    assigned_to: Literal["", "me", "nobody"] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Reviews in the order of opening, by seq and reason code only; `waiting` is open, second or third."""
    found = await reviews_in_order(
        parts,
        caller,
        batch_id=batch_id,
        state=state,
        assigned_to=assigned_to,
        after=decode(cursor),
        limit=limit + 1,
    )
    return page(found, limit=limit, position=lambda one: one["id"])


@routes.get("/agreement", response_model=AgreementFigures)
async def get_agreement(
    parts: PartsOf,
    caller: Annotated[Caller, allow("matcher.review.agreement")],
    months: Annotated[int, Query(ge=1, le=120, description="The last so many months, this one included")] = 12,
) -> dict[str, Any]:
    """How far first and blind second persons agree, with Cohen's kappa."""
    return await review_agreement(parts, months=months)


@routes.post("/assignments", response_model=Taken)
async def post_assignments(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.review.take")], once: OnceOf, wanted: NextReviews
) -> dict[str, Any]:
    """Take the oldest reviews that nobody holds and the caller may judge."""
    return await assign_review.take_reviews(parts, caller, batch_id=wanted.batch_id, limit=wanted.limit, once=once)


@routes.get("/{review_id}", response_model=ReviewShown)
async def get_review(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.review.read")], review_id: str
) -> dict[str, Any]:
    """Both sides, the differences and the steps, for whoever holds the review; recorded before they are shown."""
    return await show_review(parts, caller, review_id)


@routes.post("/{review_id}/assignment", response_model=ReviewSummary)
async def post_assignment(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.review.take")], once: OnceOf, review_id: str
) -> dict[str, Any]:
    """Take one review."""
    return await assign_review.take_review(parts, caller, review_id, once)


@routes.delete("/{review_id}/assignment", response_model=ReviewSummary)
async def delete_assignment(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.review.give_back")], once: OnceOf, review_id: str
) -> dict[str, Any]:
    """Give a review back that the caller holds."""
    return await assign_review.give_back(parts, caller, review_id, once)


@routes.post("/{review_id}/assignment/withdrawal", response_model=ReviewSummary)
async def post_withdrawal(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.review.withdraw")], once: OnceOf, review_id: str
) -> dict[str, Any]:
    """Take a review away from whoever holds it."""
    return await assign_review.withdraw_assignment(parts, caller, review_id, once)


@routes.post("/{review_id}/decision", response_model=Decided)
async def post_decision(
    parts: PartsOf,
    caller: Annotated[Caller, allow("matcher.review.decide")],
    once: OnceOf,
    review_id: str,
    decision: Decision,
) -> dict[str, Any]:
    """Judge a review that the caller holds; when none of the batch waits any more, the batch becomes releasable."""
    given = Given(decision.same_person, decision.reason, decision.candidate)
    return await decide_review(parts, caller, review_id, given, once)
