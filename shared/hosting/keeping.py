"""How a service tells of the copies of personal data that it keeps."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from shared.blobs.ref import BlobRef
from shared.db.work import Work
from shared.events.copies import CopiesKept, KeptCopy

AT_MOST: Final = 500


def tell_kept(
    work: Work,
    blobs: Iterable[BlobRef | None],
    *,
    service: str,
    what: str,
    object_type: str,
    object_id: str,
    belongs_to: Mapping[str, str] = MappingProxyType({}),
    kept_from: datetime | None = None,
    due_at: datetime | None = None,
) -> None:
    """Announce blobs of one object as kept since `kept_from` (default: now), some hundreds an event; none is no event.

    `belongs_to`: further objects as type: id, by which a legal hold may name the blobs.
    """
    copies = [KeptCopy(copy_id=blob.id, records=blob.records) for blob in blobs if blob is not None]
    for start in range(0, len(copies), AT_MOST):
        kept = CopiesKept(
            service=service,
            what=what,
            object_type=object_type,
            object_id=object_id,
            belongs_to=tuple(f"{kind}/{each}" for kind, each in belongs_to.items() if each),
            kept_from=kept_from or work.now,
            due_at=due_at,
            copies=tuple(copies[start : start + AT_MOST]),
        )
        work.announce(kept, subject=f"{object_type}/{object_id}"[:120])
