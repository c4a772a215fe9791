"""Queries on batches, their parts and slices, and on what their reviews bring forth."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session, col

from services.matcher.storage.tables import Asker, Batch, Part, Piece, Review, ReviewVerdict, Slice
from shared.blobs.ref import BlobRef
from shared.refusals import Refusal


def ref_of(stored: dict[str, object] | None) -> BlobRef:
    """The blob reference kept in a JSON column."""
    return BlobRef.model_validate(stored)


def batch_of(session: Session, batch_id: str) -> Batch:
    """The batch; Refusal `not-found`."""
    found = session.get(Batch, batch_id)
    if found is None:
        raise Refusal("not-found")
    return found


def batch_for(session: Session, cycle: str, kind: str) -> Batch | None:
    """The batch of a cycle and kind, when there is one."""
    return session.scalars(select(Batch).where(col(Batch.cycle) == cycle, col(Batch.kind) == kind)).one_or_none()


def batches(session: Session, *, cycle: str = "", state: str = "", after: str = "", limit: int) -> Sequence[Batch]:
    """Batches in the order of making."""
    wanted = select(Batch).where(col(Batch.id) > after).order_by(col(Batch.id)).limit(limit)
    if cycle:
        wanted = wanted.where(col(Batch.cycle) == cycle)
    if state:
        wanted = wanted.where(col(Batch.state) == state)
    return session.scalars(wanted).all()


def part_of(session: Session, batch_id: str, part: int) -> Part | None:
    """One part."""
    return session.get(Part, (batch_id, part))


def parts_of_batch(session: Session, batch_id: str) -> Sequence[Part]:
    """A batch's parts in order."""
    return session.scalars(select(Part).where(col(Part.batch_id) == batch_id).order_by(col(Part.part))).all()


def parts_left(session: Session, batch_id: str) -> int:
    """How many parts are not matched yet."""
    left = select(func.count()).where(col(Part.batch_id) == batch_id, col(Part.state) != "done")
    return session.scalar(left) or 0


def slices_of(session: Session, batch_id: str, part: int | None = None) -> Sequence[Slice]:
    """The slices of a batch, or of one part, in order of seq."""
    wanted = select(Slice).where(col(Slice.batch_id) == batch_id).order_by(col(Slice.position))
    return session.scalars(wanted if part is None else wanted.where(col(Slice.part) == part)).all()


def pieces_of(session: Session, batch_id: str, part: int) -> Sequence[Piece]:
    """The runs of answers for one part."""
    return session.scalars(select(Piece).where(col(Piece.batch_id) == batch_id, col(Piece.part) == part)).all()


def askers_of(session: Session, batch_id: str) -> Sequence[Asker]:
    """The requests in a batch."""
    return session.scalars(select(Asker).where(col(Asker.batch_id) == batch_id).order_by(col(Asker.request_id))).all()


def reviews_open(session: Session, batch_id: str) -> int:
    """How many pairs of a batch wait for a person."""
    open_ones = select(func.count()).where(col(Review.batch_id) == batch_id, col(Review.state) == "open")
    return session.scalar(open_ones) or 0


def reviews_decided(session: Session, batch_id: str) -> dict[str, int]:
    """Decided pairs of a batch, by outcome."""
    counted = (
        select(col(Review.outcome), func.count())
        .where(col(Review.batch_id) == batch_id, col(Review.state) == "decided")
        .group_by(col(Review.outcome))
    )
    return {row[0]: row[1] for row in session.execute(counted)}


def outcomes_of(session: Session, batch_id: str) -> dict[str, int]:
    """What is decided so far, by rule and by people: outcomes (kind 1) or status (kinds 2 and 3), in order."""
    counted = Counter(reviews_decided(session, batch_id))
    for outcomes in session.scalars(select(col(Slice.outcomes)).where(col(Slice.batch_id) == batch_id)):
        counted.update(outcomes)
    return dict(sorted(counted.items()))


def verdicts_on(session: Session, slice_id: str) -> Sequence[Review]:
    """The reviews of one slice, in order of serial."""
    return session.scalars(select(Review).where(col(Review.slice_id) == slice_id).order_by(col(Review.serial))).all()


def keep_built(
    session: Session,
    *,
    askers: Sequence[Mapping[str, Any]],
    parts: Sequence[Mapping[str, Any]],
    slices: Sequence[Mapping[str, Any]],
) -> None:
    """The rows of a new batch."""
    for table, rows in ((Asker, askers), (Part, parts), (Slice, slices)):
        if rows:
            session.execute(insert(table), list(rows))


def keep_pieces(session: Session, batch_id: str, pieces: Sequence[Mapping[str, Any]]) -> None:
    """The pieces of an answer file; with them every part of the batch waits for a worker."""
    if pieces:
        session.execute(insert(Piece), list(pieces))
    session.execute(update(Part).where(col(Part.batch_id) == batch_id).values(state="requested"))


def drop_pieces(session: Session, batch_id: str, part: int) -> None:
    """The pieces of a matched part are no longer needed."""
    session.execute(delete(Piece).where(col(Piece.batch_id) == batch_id, col(Piece.part) == part))


def keep_reviews(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """New reviews."""
    if rows:
        session.execute(insert(Review), list(rows))


def empty_reviews(session: Session, batch_id: str) -> None:
    """Both sides and the reasons go; that there was a review, who judged it and its outcome stay."""
    session.execute(update(Review).where(col(Review.batch_id) == batch_id).values(sides=None, reason=None))
    of_batch = select(col(Review.id)).where(col(Review.batch_id) == batch_id)
    session.execute(update(ReviewVerdict).where(col(ReviewVerdict.review_id).in_(of_batch)).values(reason=None))
