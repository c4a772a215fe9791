"""List the doubtful pairs by seq and reason code: nothing about the people, nothing of a verdict before the end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from services.matcher.domain.review import DECIDED, STATES, holder_of, state_of
from services.matcher.settings import MatcherParts
from services.matcher.storage.reviews import Wanted, judged_by, reviews
from services.matcher.storage.tables import Review
from shared.auth.caller import Caller

SUPERVISOR = "supervisor"


async def list_reviews(
    parts: MatcherParts, caller: Caller, *, batch_id: str, state: str, assigned_to: str, after: str, limit: int
) -> list[dict[str, Any]]:
    """Reviews in the order of opening, after the one named, at most `limit`.

    `state`: "open", "second", "third", "decided", or "waiting" for any of the first three.
    `assigned_to`: "me" or "nobody", both among those that wait.
    """
    now, hours = parts.clock.now(), parts.settings.review_hours
    wanted = Wanted(
        stale=now - timedelta(hours=hours),
        batch_id=batch_id,
        decided=state == DECIDED if state or assigned_to else None,
        turn=STATES.index(state) + 1 if state in STATES else 0,
        held_by=caller.principal.id if assigned_to == "me" else "",
        free=assigned_to == "nobody",
    )

    def look(session: Session) -> list[dict[str, Any]]:
        found = reviews(session, wanted, after=after, limit=limit)
        return summaries(session, found, caller, now=now, hours=hours)

    return await parts.db.read(look)


def summaries(
    session: Session, found: Sequence[Review], caller: Caller, *, now: datetime, hours: int
) -> list[dict[str, Any]]:
    """As lists and assignments show reviews to this caller."""
    judged = judged_by(session, caller.principal.id, [one.id for one in found])
    return [
        _summary(one) | _assignment(one, caller, now=now, hours=hours) | {"judged_by_me": one.id in judged}
        for one in found
    ]


def _summary(review: Review) -> dict[str, Any]:
    return {
        "id": review.id,
        "batch_id": review.batch_id,
        "seq": review.seq,
        "state": state_of(review.turn, decided=review.state == DECIDED),
        "second": review.second,
        "reasons": reasons_of(review),
        "candidates": review.candidates,
        "outcome": review.outcome,
        "opened_at": review.opened_at,
        "decided_at": review.decided_at,
    }


def reasons_of(review: Review) -> list[str]:
    """The reasons; of several candidates only that they are several, because the rest names the proposed one's."""
    return review.reasons[:1] if review.candidates > 1 else review.reasons


def _assignment(review: Review, caller: Caller, *, now: datetime, hours: int) -> dict[str, Any]:
    """Who holds it, without a name: whoever looks first may have to be unknown to whoever looks second."""
    holder = holder_of(review.assigned_to, review.assigned_at, now=now, hours=hours)
    until = review.assigned_at + timedelta(hours=hours) if holder and review.assigned_at else None
    assigned = "nobody" if not holder else "me" if holder == caller.principal.id else "another"
    named = holder if caller.principal.team == SUPERVISOR else ""
    return {"assigned": assigned, "assigned_until": until, "assigned_to": named}
