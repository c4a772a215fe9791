"""List the doubtful pairs by seq and reason code; nothing about the people."""

from typing import Any

from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import reviews
from services.matcher.storage.tables import Review


async def list_reviews(
    parts: MatcherParts, *, batch_id: str, state: str, after: str, limit: int
) -> list[dict[str, Any]]:
    """Reviews in the order of opening, after the one named, at most `limit`."""
    found = await parts.db.read(
        lambda session: reviews(session, batch_id=batch_id, state=state, after=after, limit=limit)
    )
    return [_summary(one) for one in found]


def _summary(review: Review) -> dict[str, Any]:
    return {
        "id": review.id,
        "batch_id": review.batch_id,
        "seq": review.seq,
        "state": review.state,
        "reasons": review.reasons,
        "candidates": review.candidates,
        "outcome": review.outcome,
        "opened_at": review.opened_at,
        "decided_at": review.decided_at,
    }
