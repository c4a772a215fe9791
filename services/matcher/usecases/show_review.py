"""Show one doubtful pair to the person who decides: recorded before it is shown."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import orjson

from services.matcher.domain.answers import HELD
from services.matcher.domain.explain import explain
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import review_of
from services.matcher.storage.tables import Review
from services.matcher.usecases.matched import SIDES_PLACE, plan_key
from services.matcher.usecases.subjects import subject_token
from shared.auth.caller import Caller
from shared.people.person import RawPerson
from shared.refusals import Refusal

ACT: Final = "matcher.review.read"
HIDDEN: Final = {"resident_code"}


async def show_review(parts: MatcherParts, caller: Caller, review_id: str) -> dict[str, Any]:
    """Both sides, the differences and how they were found; never a resident code or an individual number."""
    review, sides = await asyncio.to_thread(read_sides, parts, review_id)
    access = caller.access(
        ACT, "review", review.id, subjects=len(sides["candidates"]), subject_tokens=tokens_of(parts, sides)
    )
    await parts.db.write(lambda work: work.record(access))
    return await asyncio.to_thread(_shown, review, sides)


def read_sides(parts: MatcherParts, review_id: str) -> tuple[Review, dict[str, Any]]:
    """The review and its opened sides; Refusal `review-cleared` once they are destroyed. Blocking."""
    review = parts.db.read_now(lambda session: review_of(session, review_id))
    if review.sides is None:
        raise Refusal("review-cleared")
    cipher = parts.keyring.field_cipher(plan_key(review.plan_number))
    return review, orjson.loads(cipher.decrypt(review.sides, place=SIDES_PLACE, row=review.id))


def tokens_of(parts: MatcherParts, sides: Mapping[str, Any]) -> tuple[str, ...]:
    """The subject tokens of the people a review shows."""
    codes = {one["resident_code"] for one in sides["candidates"] if one["resident_code"]}
    return tuple(sorted(subject_token(parts.keyring, code) for code in codes))


def _shown(review: Review, sides: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": review.id,
        "batch_id": review.batch_id,
        "seq": review.seq,
        "state": review.state,
        "reasons": review.reasons,
        "rules": review.rules,
        "asked": sides["asked"],
        "candidates": [_candidate(sides["asked"], one) for one in sides["candidates"]],
        "proposed": sides["proposed"],
        "outcome": review.outcome,
        "opened_at": review.opened_at,
        "decided_at": review.decided_at,
    }


def _candidate(asked: Mapping[str, str], one: Mapping[str, Any]) -> dict[str, Any]:
    steps = explain(RawPerson(**asked), RawPerson(**{item: one[item] for item in HELD}))
    return {
        **{name: value for name, value in one.items() if name not in HIDDEN},
        "differing": one["differing"].split(";") if one["differing"] else [],
        "steps": [
            {"item": step.item, "rule": step.rule, "side": step.side, "before": step.before, "after": step.after}
            for step in steps
        ],
    }
