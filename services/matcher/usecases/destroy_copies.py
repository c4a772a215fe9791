"""Note what is no longer needed, and destroy it when it is due."""

from datetime import datetime
from typing import Final

from services.matcher.settings import MatcherParts
from services.matcher.storage.copies import due_copies, next_due_copy
from services.matcher.storage.tables import Doomed
from shared.blobs.ref import BlobRef
from shared.db import Work
from shared.hosting.doomed import DoomedCopies
from shared.hosting.keeping import tell_kept
from shared.trail import Actor

AT_A_TIME: Final = 500
DOOMED: Final = DoomedCopies(
    actor=Actor.job("matcher.destroy-copies"),
    action="matcher.copy.destroy",
    table=Doomed,
    due=lambda session, at, now: due_copies(session, at, now, limit=AT_A_TIME),
    subject=lambda row: str(row.blob_id),
)


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
        if at is not None:
            object_type, object_id = row.object_type, row.object_id
            tell_kept(
                work,
                [ref],
                service="matcher",
                what=what,
                object_type=object_type,
                object_id=object_id,
                due_at=at,
            )


async def next_destruction(parts: MatcherParts) -> datetime | None:
    """When the next doomed blob is due that no hold keeps now."""
    now = parts.clock.now()
    return await parts.db.read(lambda session: next_due_copy(session, now))


def destroy_copies(parts: MatcherParts, at: datetime) -> int:
    """Destroy every doomed blob that is due at `at`; how many. Blocking; safe twice and side by side."""
    return DOOMED.destroy(parts, at)
