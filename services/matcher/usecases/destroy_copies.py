"""Destroy what is no longer needed: key first, then bytes, then the certificate is announced."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from services.matcher.settings import MatcherParts
from services.matcher.storage.copies import due_copies, next_due_copy
from services.matcher.storage.tables import Doomed
from shared.blobs.ref import BlobRef
from shared.blobs.store import Destroyed
from shared.db import Work
from shared.events.copies import CopyDestroyed
from shared.trail import Access, Actor

METHOD: Final = "key destroyed, bytes removed"
JOB: Final = Actor.job("matcher.destroy-copies")
AT_A_TIME: Final = 500


def doom(work: Work, ref: BlobRef, *, what: str, batch_id: str, at: datetime | None = None) -> None:
    """Note, in the transaction that makes it superfluous, that a blob must go at `at` (default: now)."""
    if work.session.get(Doomed, ref.id) is None:
        row = Doomed(
            blob_id=ref.id,
            what=what,
            object_type="batch" if batch_id else "blob",
            object_id=batch_id or ref.id,
            records=ref.records,
            due_at=at or work.now,
        )
        work.session.add(row)


async def next_destruction(parts: MatcherParts) -> datetime | None:
    """When the next doomed blob is due."""
    return await parts.db.read(next_due_copy)


def destroy_copies(parts: MatcherParts, at: datetime) -> int:
    """Destroy every doomed blob that is due at `at`; how many. Blocking; safe twice and side by side."""
    count = 0
    while due := parts.db.read_now(lambda session: due_copies(session, at, limit=AT_A_TIME)):
        gone = [parts.blobs.destroy(one.blob_id) for one in due]
        count += parts.db.write_now(partial(_certify, due=due, gone=gone))
    return count


def _certify(work: Work, *, due: Sequence[Doomed], gone: Sequence[Destroyed]) -> int:
    count = 0
    for one, destroyed in zip(due, gone, strict=True):
        row = work.session.get(Doomed, one.blob_id)
        if row is None:
            continue
        work.session.delete(row)
        work.announce(_certificate(work, row, destroyed), subject=row.blob_id)
        work.record(Access(JOB, "matcher.copy.destroy", row.object_type, row.object_id, subjects=row.records))
        count += 1
    return count


def _certificate(work: Work, row: Doomed, destroyed: Destroyed) -> CopyDestroyed:
    return CopyDestroyed(
        copy_id=row.blob_id,
        service="matcher",
        what=row.what,
        object_type=row.object_type,
        object_id=row.object_id,
        records=row.records,
        digest=destroyed.sha256_of_ciphertext,
        method=METHOD,
        due_at=row.due_at,
        destroyed_at=work.now,
        by=JOB.id,
    )
