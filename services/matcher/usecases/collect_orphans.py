"""Blobs that no row names: what a crash left between a blob's writing and the commit that would have named it."""

from datetime import datetime, timedelta

from services.matcher.settings import MatcherParts
from services.matcher.storage.copies import named_blobs
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
    return sorted(old - set(parts.db.read_now(lambda session: list(named_blobs(session))))) if old else []
