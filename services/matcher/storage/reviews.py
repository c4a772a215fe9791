"""Queries on single reviews: who holds them, who judged them, which are free to take."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from services.matcher.domain.review import BLIND, DECIDED, Verdict
from services.matcher.storage.tables import Review, ReviewVerdict
from shared.refusals import Refusal

OPEN = "open"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which reviews are looked for; empty fields do not narrow. An assignment made at or before `stale` has run out."""

    stale: datetime
    batch_id: str = ""
    decided: bool | None = None
    turn: int = 0
    held_by: str = ""
    free: bool = False


def review_of(session: Session, review_id: str) -> Review:
    """One review; Refusal `not-found`."""
    found = session.get(Review, review_id)
    if found is None:
        raise Refusal("not-found")
    return found


def reviews(session: Session, wanted: Wanted, *, after: str, limit: int) -> Sequence[Review]:
    """Reviews in the order of opening."""
    found = select(Review).where(col(Review.id) > after, *_narrowed(wanted)).order_by(col(Review.id)).limit(limit)
    return session.scalars(found).all()


def free_for(session: Session, person: str, wanted: Wanted, *, limit: int) -> Sequence[Review]:
    """The oldest reviews that nobody holds and on which the person has given no verdict yet."""
    judged = exists().where(col(ReviewVerdict.review_id) == col(Review.id), col(ReviewVerdict.by) == person)
    found = select(Review).where(~judged, *_narrowed(wanted)).order_by(col(Review.id)).limit(limit)
    return session.scalars(found).all()


def verdicts_of(session: Session, review_id: str) -> Sequence[ReviewVerdict]:
    """The verdicts on a review, in the order in which they were given."""
    found = select(ReviewVerdict).where(col(ReviewVerdict.review_id) == review_id).order_by(col(ReviewVerdict.turn))
    return session.scalars(found).all()


def judged_by(session: Session, person: str, review_ids: Collection[str]) -> set[str]:
    """Those among the reviews on which the person has given a verdict."""
    found = select(col(ReviewVerdict.review_id)).where(
        col(ReviewVerdict.by) == person, col(ReviewVerdict.review_id).in_(review_ids)
    )
    return set(session.scalars(found))


def blind_pairs(session: Session, since: datetime) -> Sequence[tuple[datetime, Verdict, Verdict]]:
    """Of each review with a blind second, concluded since then: when that was, and its first two verdicts."""
    first, second = aliased(ReviewVerdict), aliased(ReviewVerdict)
    found = (
        select(col(Review.decided_at), first, second)
        .join(first, and_(col(first.review_id) == col(Review.id), col(first.turn) == 1))
        .join(second, and_(col(second.review_id) == col(Review.id), col(second.turn) == 2))
        .where(col(Review.second) == BLIND, col(Review.state) == DECIDED, col(Review.decided_at) >= since)
        .order_by(col(Review.id))
    )
    return [(row[0], said(row[1]), said(row[2])) for row in session.execute(found)]


def said(verdict: ReviewVerdict) -> Verdict:
    """The verdict without who gave it and why."""
    return Verdict(verdict.same_person, verdict.candidate)


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    narrowed: list[ColumnElement[bool]] = []
    if wanted.batch_id:
        narrowed.append(col(Review.batch_id) == wanted.batch_id)
    if wanted.decided is not None:
        narrowed.append(col(Review.state) == (DECIDED if wanted.decided else OPEN))
    if wanted.turn:
        narrowed.append(col(Review.turn) == wanted.turn)
    if wanted.held_by:
        held = and_(col(Review.assigned_to) == wanted.held_by, col(Review.assigned_at) > wanted.stale)
        narrowed.append(held)
    if wanted.free:
        unheld = or_(col(Review.assigned_to) == "", col(Review.assigned_at) <= wanted.stale)
        narrowed.append(unheld)
    return narrowed
