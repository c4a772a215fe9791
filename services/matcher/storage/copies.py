"""Queries on the matcher's own blobs: which are doomed, and which are named by any row."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.matcher.storage.tables import Batch, Doomed, Piece, Reply, Slice


def due_copies(session: Session, at: datetime, *, limit: int) -> Sequence[Doomed]:
    """Doomed blobs that are due at `at`."""
    return session.scalars(select(Doomed).where(col(Doomed.due_at) <= at).limit(limit)).all()


def next_due_copy(session: Session) -> datetime | None:
    """When the next doomed blob is due."""
    return session.scalar(select(func.min(Doomed.due_at)))


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
