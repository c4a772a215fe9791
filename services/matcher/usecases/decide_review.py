"""A person decides a doubtful pair, with a reason; the last decision makes the batch releasable."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from services.matcher.domain.answers import HELD
from services.matcher.domain.current import NOT_TOLD, RESIDENT
from services.matcher.domain.decision import after_review
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_of, review_of
from services.matcher.storage.ledger import PERSON, Ledger
from services.matcher.storage.tables import Review
from services.matcher.usecases.finish_matching import clear_when_reviewed
from services.matcher.usecases.matched import plan_key
from services.matcher.usecases.show_review import read_sides, tokens_of
from shared.auth.caller import Caller
from shared.db import Work
from shared.events.matcher import ReviewDecided
from shared.http import Once
from shared.refusals import Refusal

ACT: Final = "matcher.review.decide"
REASON_PLACE: Final = "review.reason"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person says of a pair; `candidate` where several people are named."""

    same_person: bool
    reason: str
    candidate: int | None = None


async def decide_review(
    parts: MatcherParts, caller: Caller, review_id: str, verdict: Verdict, once: Once
) -> dict[str, Any]:
    """The decided review. Refusal `review-decided` when somebody was faster."""
    review, sides = await asyncio.to_thread(read_sides, parts, review_id)
    if review.state != "open":
        # A repeat under the same key is answered from the first time; anything else is refused.
        return await once.write(parts.db, _refuse)
    meant = _meant(sides, verdict)
    outcome = _outcome(review, verdict)
    number = await asyncio.to_thread(_number, parts, review, meant) if outcome == after_review(accepted=True) else ""
    reason = parts.keyring.field_cipher(plan_key(review.plan_number)).encrypt(
        verdict.reason, place=REASON_PLACE, row=review.id
    )
    tokens = tokens_of(parts, sides)

    def decide(work: Work) -> dict[str, Any]:
        row = review_of(work.session, review_id)
        if row.state != "open":
            raise Refusal("review-decided")
        batch = batch_of(work.session, row.batch_id)
        row.state, row.outcome, row.inquiry_number = "decided", outcome, number
        row.differing = "" if meant is None or batch.kind != "provisional" else meant["differing"]
        row.decided_by, row.decided_at, row.reason = caller.principal.id, work.now, reason
        work.announce(ReviewDecided(review_id=row.id, batch_id=row.batch_id, outcome=outcome), subject=row.id)
        work.record(caller.access(ACT, "review", row.id, subjects=1, subject_tokens=tokens, reason=outcome))
        clear_when_reviewed(work, batch)
        return {
            "id": row.id,
            "batch_id": row.batch_id,
            "state": row.state,
            "outcome": outcome,
            "batch_state": batch.state,
        }

    return await once.write(parts.db, decide)


def _refuse(work: Work) -> dict[str, Any]:
    raise Refusal("review-decided")


def _meant(sides: Mapping[str, Any], verdict: Verdict) -> Mapping[str, Any] | None:
    """The candidate that the verdict is about; None where several are refused together."""
    candidates: dict[int, Mapping[str, Any]] = {one["candidate"]: one for one in sides["candidates"]}
    if verdict.candidate is not None:
        if verdict.candidate not in candidates:
            raise Refusal("candidate-unknown", candidates=sorted(candidates))
        return candidates[verdict.candidate] if verdict.same_person or len(candidates) == 1 else None
    if len(candidates) == 1:
        return next(iter(candidates.values()))
    if verdict.same_person:
        # The rules propose exactly one of several: without a choice the proposal is meant.
        return candidates[sides["proposed"]]
    return None


def _outcome(review: Review, verdict: Verdict) -> str:
    """Kind 1: 11 or 41. Kinds 2 and 3: the status as computed, or "not told"."""
    if review.proposed == after_review(accepted=True):
        return after_review(accepted=verdict.same_person)
    return review.proposed if verdict.same_person else NOT_TOLD


def _number(parts: MatcherParts, review: Review, meant: Mapping[str, Any] | None) -> str:
    assert meant is not None  # accepted: one candidate is meant
    person = {"resident_code": meant["resident_code"], "status": RESIDENT} | {item: meant[item] for item in HELD}
    people = pl.DataFrame([{name: person[name] for name in PERSON}])
    return Ledger(parts.db, parts.keyring).numbers_for(review.plan_number, people)[0]
