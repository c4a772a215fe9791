"""Copies on their way out: first written down, then destroyed, then announced; a crash in between is made good."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from services.intake.storage.tables import DoomedRow
from shared.blobs.ref import BlobRef
from shared.db import Work


def doom(
    work: Work,
    blobs: Iterable[BlobRef | None],
    *,
    what: str,
    object_type: str,
    object_id: str,
    due_at: datetime | None = None,
) -> None:
    """Write down that these copies are to be destroyed at once; the same copy twice is once."""
    for blob in blobs:
        if blob is not None and work.session.get(DoomedRow, blob.id) is None:
            row = DoomedRow(
                blob_id=blob.id,
                what=what,
                object_type=object_type,
                object_id=object_id,
                records=blob.records,
                doomed_at=work.now,
                due_at=due_at or work.now,
            )
            work.session.add(row)


def all_doomed(session: Session) -> Sequence[DoomedRow]:
    """What waits to be destroyed, oldest first."""
    return session.exec(select(DoomedRow).order_by(col(DoomedRow.doomed_at)).limit(1000)).all()
