"""The verdicts on a review, read and sealed: each reason bound to its pair and turn, under the plan's own key."""

from dataclasses import dataclass
from typing import Final

from services.matcher.settings import MatcherParts
from services.matcher.storage.tables import Review, ReviewVerdict
from services.matcher.usecases.matched import plan_key

REASON_PLACE: Final = "review.reason"


@dataclass(frozen=True, slots=True)
class Given:
    """What a person says of a pair and why; `candidate` says who is meant, where several people are named."""

    same_person: bool
    reason: str
    candidate: int | None = None


def seal_reason(parts: MatcherParts, review: Review, turn: int, reason: str) -> bytes:
    """The reason as it is stored."""
    cipher = parts.keyring.field_cipher(plan_key(review.plan_number))
    return cipher.encrypt(reason, place=REASON_PLACE, row=_row(review, turn))


def open_reason(parts: MatcherParts, review: Review, verdict: ReviewVerdict) -> str:
    """The reason as it was given; empty once it is destroyed."""
    if verdict.reason is None:
        return ""
    cipher = parts.keyring.field_cipher(plan_key(review.plan_number))
    return cipher.decrypt(verdict.reason, place=REASON_PLACE, row=_row(review, verdict.turn))


def _row(review: Review, turn: int) -> str:
    """A first reason stands as it did before there were turns."""
    return review.id if turn == 1 else f"{review.id}/{turn}"
