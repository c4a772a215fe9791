"""A person takes reviews and gives them back; a supervisor takes one away. Who holds a review sees and judges it."""

from datetime import timedelta
from typing import Any, Final

from services.matcher.domain.review import DECIDED, holder_of
from services.matcher.settings import MatcherParts
from services.matcher.storage.reviews import Wanted, free_for, judged_by, review_of
from services.matcher.storage.tables import Review
from services.matcher.usecases.list_reviews import summaries
from shared.auth.caller import Caller
from shared.db import Work
from shared.http import Once
from shared.refusals import Refusal

TAKE: Final = "matcher.review.take"
GIVE_BACK: Final = "matcher.review.give_back"
WITHDRAW: Final = "matcher.review.withdraw"


async def take_review(parts: MatcherParts, caller: Caller, review_id: str, once: Once) -> dict[str, Any]:
    """The review, held by the caller; taking it again changes nothing.

    Refusal `review-decided`, `review-taken` by somebody else, `review-needs-another` after an own verdict.
    """

    def take(work: Work) -> dict[str, Any]:
        review = review_of(work.session, review_id)
        holder = _waiting_holder(work, parts, review)
        if judged_by(work.session, caller.principal.id, [review.id]):
            raise Refusal("review-needs-another")
        if holder and holder != caller.principal.id:
            raise Refusal("review-taken")
        if not holder:
            _assign(work, caller, review)
        return _shown(work, parts, caller, review)

    return await once.write(parts.db, take)


async def take_reviews(parts: MatcherParts, caller: Caller, *, batch_id: str, limit: int, once: Once) -> dict[str, Any]:
    """`items`: the oldest `limit` reviews that nobody holds and the caller may judge, now held by the caller."""

    def take(work: Work) -> dict[str, Any]:
        stale = work.now - timedelta(hours=parts.settings.review_hours)
        wanted = Wanted(stale=stale, batch_id=batch_id, decided=False, free=True)
        taken = free_for(work.session, caller.principal.id, wanted, limit=limit)
        for review in taken:
            _assign(work, caller, review)
        return {"items": summaries(work.session, taken, caller, now=work.now, hours=parts.settings.review_hours)}

    return await once.write(parts.db, take)


async def give_back(parts: MatcherParts, caller: Caller, review_id: str, once: Once) -> dict[str, Any]:
    """The review, held by nobody. Refusal `review-not-yours` where the caller does not hold it."""

    def give(work: Work) -> dict[str, Any]:
        review = review_of(work.session, review_id)
        if _waiting_holder(work, parts, review) != caller.principal.id:
            raise Refusal("review-not-yours")
        review.assigned_to, review.assigned_at = "", None
        work.record(caller.access(GIVE_BACK, "review", review.id))
        return _shown(work, parts, caller, review)

    return await once.write(parts.db, give)


async def withdraw_assignment(parts: MatcherParts, caller: Caller, review_id: str, once: Once) -> dict[str, Any]:
    """A supervisor takes a review away from whoever holds it; the review, held by nobody."""

    def withdraw(work: Work) -> dict[str, Any]:
        review = review_of(work.session, review_id)
        if _waiting_holder(work, parts, review):
            review.assigned_to, review.assigned_at = "", None
            work.record(caller.access(WITHDRAW, "review", review.id))
        return _shown(work, parts, caller, review)

    return await once.write(parts.db, withdraw)


def _waiting_holder(work: Work, parts: MatcherParts, review: Review) -> str:
    if review.state == DECIDED:
        raise Refusal("review-decided")
    return holder_of(review.assigned_to, review.assigned_at, now=work.now, hours=parts.settings.review_hours)


def _assign(work: Work, caller: Caller, review: Review) -> None:
    review.assigned_to, review.assigned_at = caller.principal.id, work.now
    work.record(caller.access(TAKE, "review", review.id))


def _shown(work: Work, parts: MatcherParts, caller: Caller, review: Review) -> dict[str, Any]:
    return summaries(work.session, [review], caller, now=work.now, hours=parts.settings.review_hours)[0]
