"""Blobs that no row names: what a crash left between a blob's writing and the commit that would have named it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from services.matcher.settings import MatcherParts
from services.matcher.storage.tables import Batch, Doomed, Piece, Reply, Slice
from shared.calendar.clock import SystemClock


def collect_orphans(parts: MatcherParts, at: datetime) -> int:
    """Destroy them once they are old enough that nothing still in the making can be meant; how many. Blocking."""
    found = orphans(parts, at)
    for blob_id in found:
        parts.blobs.destroy(blob_id)
    return len(found)


def orphans(parts: MatcherParts, at: datetime) -> list[str]:
    """Our blobs that are older than the setting says and named by nothing."""
    # Ages are the file system's: a demo clock that runs ahead must not make young blobs old.
    real = min(at, SystemClock().now())
    old = set(parts.blobs.own_ids(real - timedelta(hours=parts.settings.orphan_hours)))
    return sorted(old - set(parts.db.read_now(lambda session: list(_named(session))))) if old else []


def _named(session: Session) -> Iterator[str]:
    yield from session.scalars(select(col(Doomed.blob_id)))
    for column in (Batch.inquiry_file, Batch.answer_file, Piece.blob, Slice.source, Slice.result, Slice.told):
        yield from _ids(session.scalars(select(col(column))))
    for chunks in session.scalars(select(col(Reply.chunks))):
        yield from _ids(chunks)


def _ids(stored: Iterable[Mapping[str, Any] | None]) -> Iterator[str]:
    return (str(one["id"]) for one in stored if one is not None)
