"""Queries on the matcher's own blobs: which are doomed, and which are named by any row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from services.matcher.storage.tables import HOLDS, Batch, Doomed, Piece, Reply, Slice
from shared.db.holds import held

HELD_BY_HOLDS: Final = ("request_data", "evidence")


def due_copies(session: Session, at: datetime, now: datetime, *, limit: int) -> Sequence[Doomed]:
    """Doomed blobs that are due at `at` and not held now."""
    return session.scalars(select(Doomed).where(col(Doomed.due_at) <= at, _free(now)).limit(limit)).all()


def next_due_copy(session: Session, now: datetime) -> datetime | None:
    """When the next doomed blob that is not held now is due."""
    return session.scalar(select(func.min(Doomed.due_at)).where(_free(now)))


def _free(now: datetime) -> ColumnElement[bool]:
    """What no hold keeps. Holds stop clocks only: numbers are masked, and exchange files go, whatever is held."""
    return or_(col(Doomed.what).not_in(HELD_BY_HOLDS), ~held(HOLDS, now, batch=col(Doomed.object_id)))


def named_blobs(session: Session) -> Iterator[str]:
    """The ids of all blobs that rows name."""
    yield from session.scalars(select(col(Doomed.blob_id)))
    in_slices = (Slice.source, Slice.result, Slice.told, Slice.evidence)
    for column in (Batch.inquiry_file, Batch.answer_file, Piece.blob, *in_slices):
        yield from _ids(session.scalars(select(col(column))))
    for chunks in session.scalars(select(col(Reply.chunks))):
        yield from _ids(chunks)


def _ids(stored: Iterable[Mapping[str, Any] | None]) -> Iterator[str]:
    return (str(one["id"]) for one in stored if one is not None)
