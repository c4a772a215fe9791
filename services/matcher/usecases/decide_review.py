"""Whoever holds a review judges it, with a reason; when enough people have said the same, it is concluded."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl

from services.matcher.domain.answers import HELD
from services.matcher.domain.current import NOT_TOLD, RESIDENT
from services.matcher.domain.decision import after_review
from services.matcher.domain.review import (
    DECIDED,
    REFUSED,
    Verdict,
    conclusion,
    holder_of,
    in_sample,
    second_after,
    state_of,
)
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batch_of
from services.matcher.storage.ledger import PERSON, Ledger
from services.matcher.storage.reviews import review_of, said, verdicts_of
from services.matcher.storage.tables import Review, ReviewVerdict
from services.matcher.usecases.finish_matching import clear_when_reviewed
from services.matcher.usecases.review_verdicts import Given, open_reason, seal_reason
from services.matcher.usecases.show_review import opened_sides, tokens_of
from shared.auth.caller import Caller
from shared.db import Work
from shared.events.matcher import ReviewDecided, ReviewPassedOn
from shared.http import Once
from shared.refusals import Refusal

ACT: Final = "matcher.review.decide"
SAMPLE_KEY: Final = "review-sample"


@dataclass(frozen=True, slots=True)
class _Concluded:
    """What a review comes to: its outcome, the number given, what the reply names as differing."""

    outcome: str
    number: str
    differing: str


@dataclass(frozen=True, slots=True)
class _Step:
    """One verdict, with all that has to be worked out before the transaction that keeps it."""

    turn: int
    second: str
    row: Mapping[str, Any]
    concluded: _Concluded | None
    tokens: tuple[str, ...]


async def decide_review(
    parts: MatcherParts, caller: Caller, review_id: str, given: Given, once: Once
) -> dict[str, Any]:
    """What the verdict led to: another person looks, or the review is decided.

    Refusal `review-not-yours` unless the caller holds it, `review-decided` when somebody was faster. A repeat of the
    same verdict by the same person is answered as the first time, whatever has become of the review since.
    """
    step = await asyncio.to_thread(_prepared, parts, caller, review_id, given)

    def decide(work: Work) -> dict[str, Any]:
        review = review_of(work.session, review_id)
        verdicts = verdicts_of(work.session, review_id)
        mine = next((one for one in verdicts if one.by == caller.principal.id), None)
        if mine is not None:
            return _again(work, parts, review, mine, given, last=len(verdicts))
        if isinstance(step, Refusal):
            raise step
        _refuse_unless_held(parts, caller, review, work.now)
        if review.turn != step.turn:
            raise Refusal("review-not-yours")
        return _keep(work, caller, review, step)

    return await once.write(parts.db, decide)


def _prepared(parts: MatcherParts, caller: Caller, review_id: str, given: Given) -> _Step | Refusal:
    """The step, or why there is none: raised only where the call turns out to be no repeat."""
    try:
        return _step(parts, caller, review_id, given)
    except Refusal as refusal:
        return refusal


def _step(parts: MatcherParts, caller: Caller, review_id: str, given: Given) -> _Step:
    review = parts.db.read_now(lambda session: review_of(session, review_id))
    earlier = parts.db.read_now(lambda session: verdicts_of(session, review_id))
    _refuse_unless_held(parts, caller, review, parts.clock.now())
    sides = opened_sides(parts, review)
    verdict = _verdict(sides, given)
    second = review.second if earlier else _second(parts, review, verdict)
    held = conclusion([*map(said, earlier), verdict], second)
    row = {
        "review_id": review.id,
        "turn": review.turn,
        "by": caller.principal.id,
        "same_person": verdict.same_person,
        "candidate": verdict.candidate,
        "outcome": _outcome(review, verdict),
        "reason": seal_reason(parts, review, review.turn, given.reason),
    }
    concluded = None if held is None else _concluded(parts, review, sides, held)
    return _Step(review.turn, second, row, concluded, tokens_of(parts, sides))


def _verdict(sides: Mapping[str, Any], given: Given) -> Verdict:
    """Among several people the accepted one must be named: the proposal is not everybody's to see."""
    named = [one["candidate"] for one in sides["candidates"]]
    chosen = given.candidate if given.candidate is not None or len(named) > 1 else named[0]
    if (given.same_person or given.candidate is not None) and chosen not in named:
        raise Refusal("candidate-unknown", candidates=sorted(named))
    return Verdict(same_person=True, candidate=chosen) if given.same_person else REFUSED


def _second(parts: MatcherParts, review: Review, first: Verdict) -> str:
    index = parts.keyring.blind_index(SAMPLE_KEY).of(review.id, scope="review")
    sampled = in_sample(index, parts.settings.review_blind_share)
    return second_after(first, sampled=sampled, four_eyes=parts.settings.review_four_eyes)


def _outcome(review: Review, verdict: Verdict) -> str:
    """Kind 1: 11 or 41. Kinds 2 and 3: the status as computed, or "not told"."""
    if review.proposed == after_review(accepted=True):
        return after_review(accepted=verdict.same_person)
    return review.proposed if verdict.same_person else NOT_TOLD


def _concluded(parts: MatcherParts, review: Review, sides: Mapping[str, Any], held: Verdict) -> _Concluded:
    candidates = sides["candidates"]
    outcome, provisional = _outcome(review, held), review.proposed == after_review(accepted=True)
    meant = next((one for one in candidates if held.same_person and one["candidate"] == held.candidate), None)
    told_of = candidates[0] if len(candidates) == 1 else meant
    return _Concluded(
        outcome=outcome,
        # Not before the end: the count of a plan's numbers would tell how the first person judged.
        number=_number(parts, review, meant) if provisional and meant is not None else "",
        differing=told_of["differing"] if provisional and told_of is not None else "",
    )


def _number(parts: MatcherParts, review: Review, meant: Mapping[str, Any]) -> str:
    person = {"resident_code": meant["resident_code"], "status": RESIDENT} | {item: meant[item] for item in HELD}
    people = pl.DataFrame([{name: person[name] for name in PERSON}])
    return Ledger(parts.db, parts.keyring).numbers_for(review.plan_number, people)[0]


def _refuse_unless_held(parts: MatcherParts, caller: Caller, review: Review, now: datetime) -> None:
    if review.state == DECIDED:
        raise Refusal("review-decided")
    hours = parts.settings.review_hours
    if holder_of(review.assigned_to, review.assigned_at, now=now, hours=hours) != caller.principal.id:
        raise Refusal("review-not-yours")


def _keep(work: Work, caller: Caller, review: Review, step: _Step) -> dict[str, Any]:
    """Verdict, state, event and access record. The record names no outcome before the review is concluded."""
    work.session.add(ReviewVerdict(**step.row, at=work.now))
    review.second, review.assigned_to, review.assigned_at = step.second, "", None
    batch = batch_of(work.session, review.batch_id)
    if step.concluded is None:
        review.turn += 1
        passed_on = ReviewPassedOn(review_id=review.id, batch_id=review.batch_id, turn=review.turn)
        work.announce(passed_on, subject=review.id)
    else:
        _conclude(work, caller, review, step.concluded)
        clear_when_reviewed(work, batch)
    outcome = review.outcome
    work.record(caller.access(ACT, "review", review.id, subjects=1, subject_tokens=step.tokens, reason=outcome))
    return _answer(review, step.turn, batch.state, concluded=step.concluded is not None)


def _conclude(work: Work, caller: Caller, review: Review, concluded: _Concluded) -> None:
    review.state, review.outcome, review.inquiry_number = DECIDED, concluded.outcome, concluded.number
    review.differing = concluded.differing
    review.decided_by, review.decided_at = caller.principal.id, work.now
    decided = ReviewDecided(review_id=review.id, batch_id=review.batch_id, outcome=concluded.outcome)
    work.announce(decided, subject=review.id)


def _again(
    work: Work, parts: MatcherParts, review: Review, mine: ReviewVerdict, given: Given, *, last: int
) -> dict[str, Any]:
    """The answer to a verdict that stands already; another verdict by the same person is refused."""
    chosen = given.candidate in (None, mine.candidate) or not given.same_person
    alike = (mine.same_person, open_reason(parts, review, mine)) == (given.same_person, given.reason)
    if not (alike and chosen):
        raise Refusal("review-decided" if review.state == DECIDED else "review-needs-another")
    concluded = review.state == DECIDED and mine.turn == last
    return _answer(review, mine.turn, batch_of(work.session, review.batch_id).state, concluded=concluded)


def _answer(review: Review, turn: int, batch_state: str, *, concluded: bool) -> dict[str, Any]:
    """What this turn led to, and nothing that came later."""
    return {
        "id": review.id,
        "batch_id": review.batch_id,
        "state": DECIDED if concluded else state_of(turn + 1, decided=False),
        "outcome": review.outcome if concluded else "",
        "batch_state": batch_state,
    }
