"""Show one doubtful pair to whoever holds it: recorded before it is shown."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from services.matcher.domain.answers import HELD
from services.matcher.domain.explain import RULES, Step, explain
from services.matcher.domain.items.judgement import SEPARATOR, reasons
from services.matcher.domain.review import BLIND, DECIDED, holder_of
from services.matcher.domain.spans import differing_spans
from services.matcher.settings import MatcherParts
from services.matcher.storage.reviews import review_of, verdicts_of
from services.matcher.storage.tables import Review, ReviewVerdict
from services.matcher.usecases.list_reviews import summaries
from services.matcher.usecases.matched import SIDES_PLACE, plan_key
from services.matcher.usecases.review_verdicts import open_reason
from services.matcher.usecases.subjects import subject_token
from shared.auth.caller import Caller
from shared.db import Work
from shared.people.person import RawPerson
from shared.refusals import Refusal

ACT: Final = "matcher.review.read"
# What the rules make of a pair: a blind second person sees the evidence, and draws the conclusion alone.
HIDDEN_FROM_BLIND: Final[Mapping[str, Any]] = {"judgements": {}, "differing": []}
HIDDEN: Final = {"resident_code", "evidence"}


async def show_review(parts: MatcherParts, caller: Caller, review_id: str) -> dict[str, Any]:
    """Both sides, the differences and how they were found; never a resident code or an individual number.

    Refusal `review-not-yours` unless the caller holds the review or, once it is decided, has judged it;
    `review-cleared` when the sides are destroyed.
    """

    def read(work: Work) -> tuple[Review, Sequence[ReviewVerdict], dict[str, Any], dict[str, Any]]:
        review, verdicts = review_of(work.session, review_id), verdicts_of(work.session, review_id)
        _refuse_unless_shown(parts, caller, review, verdicts, work.now)
        sides = opened_sides(parts, review)
        shown_people = {"subjects": len(sides["candidates"]), "subject_tokens": tokens_of(parts, sides)}
        work.record(caller.access(ACT, "review", review.id, **shown_people))
        hours = parts.settings.review_hours
        return review, verdicts, sides, summaries(work.session, [review], caller, now=work.now, hours=hours)[0]

    review, verdicts, sides, summary = await parts.db.write(read)
    return summary | await asyncio.to_thread(_shown, parts, review, verdicts, sides)


def opened_sides(parts: MatcherParts, review: Review) -> dict[str, Any]:
    """The opened sides; Refusal `review-cleared` once they are destroyed."""
    if review.sides is None:
        raise Refusal("review-cleared")
    cipher = parts.keyring.field_cipher(plan_key(review.plan_number))
    opened: dict[str, Any] = orjson.loads(cipher.decrypt(review.sides, place=SIDES_PLACE, row=review.id))
    return opened


def tokens_of(parts: MatcherParts, sides: Mapping[str, Any]) -> tuple[str, ...]:
    """The subject tokens of the people a review shows."""
    codes = {one["resident_code"] for one in sides["candidates"] if one["resident_code"]}
    return tuple(sorted(subject_token(parts.keyring, code) for code in codes))


def _refuse_unless_shown(
    parts: MatcherParts, caller: Caller, review: Review, verdicts: Sequence[ReviewVerdict], now: datetime
) -> None:
    person = caller.principal.id
    if review.state == DECIDED:
        allowed = person in {review.decided_by, *(one.by for one in verdicts)}
    else:
        hours = parts.settings.review_hours
        allowed = person == holder_of(review.assigned_to, review.assigned_at, now=now, hours=hours)
    if not allowed:
        raise Refusal("review-not-yours")


def _shown(
    parts: MatcherParts, review: Review, verdicts: Sequence[ReviewVerdict], sides: Mapping[str, Any]
) -> dict[str, Any]:
    blind = review.second == BLIND and review.turn == 2 and review.state != DECIDED
    hidden = dict(HIDDEN_FROM_BLIND) if blind else {}
    return {
        "blind": blind,
        "rules": "" if blind else review.rules,
        "asked": sides["asked"],
        "candidates": [_candidate(sides["asked"], one) | hidden for one in sides["candidates"]],
        "proposed": None if blind else sides["proposed"],
        "verdicts": [] if blind else [_verdict(parts, review, one) for one in verdicts],
    }


def _candidate(asked: Mapping[str, str], one: Mapping[str, Any]) -> dict[str, Any]:
    steps = explain(RawPerson(**asked), RawPerson(**{item: one[item] for item in HELD}))
    return {
        **{name: value for name, value in one.items() if name not in HIDDEN},
        "differing": one["differing"].split(SEPARATOR) if one["differing"] else [],
        "evidence": {item: _told(codes) for item, codes in one.get("evidence", {}).items()},
        "differences": _differences(asked, one),
        "steps": [_step(step) for step in steps],
    }


def _told(codes: Sequence[str]) -> list[dict[str, str]]:
    """Reason codes in words."""
    named = [reasons()[code] for code in codes if code in reasons()]
    return [{"code": reason.code, "ja": reason.ja, "en": reason.en} for reason in named]


def _differences(asked: Mapping[str, str], one: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Of each item that is not written the same: the spans that differ, on either side."""
    spans = {item: differing_spans(asked[item] or "", one[item] or "") for item in HELD}
    return {item: {"asked": ours, "held": theirs} for item, (ours, theirs) in spans.items() if ours or theirs}


def _step(step: Step) -> dict[str, str]:
    ja, en = RULES.get(step.rule, (step.rule, step.rule))
    told = {"rule": step.rule, "ja": ja, "en": en, "before": step.before, "after": step.after}
    return {"item": step.item, "side": step.side, **told}


def _verdict(parts: MatcherParts, review: Review, one: ReviewVerdict) -> dict[str, Any]:
    return {
        "turn": one.turn,
        "by": one.by,
        "same_person": one.same_person,
        "candidate": one.candidate,
        "reason": open_reason(parts, review, one),
        "at": one.at,
    }
