"""Destroys blobs of ours that nothing names: what a crash left between writing a blob and committing its row."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

from services.media.parts import MediaParts
from services.media.storage.backups import named_blobs
from shared.calendar.clock import SystemClock
from shared.db import Work
from shared.trail import Access, Actor

_FILE_TIMES = SystemClock()  # files are dated by the machine, not by business time


async def next_orphans_due(parts: MediaParts, until: datetime) -> datetime | None:
    """`until` when there is an orphan, else None."""
    return until if await _orphans(parts) else None


async def collect_orphans(parts: MediaParts, at: datetime) -> dict[str, int]:
    """Destroys every orphan older than the setting; each is recorded."""
    orphans = await _orphans(parts)
    for blob_id in orphans:
        await asyncio.to_thread(parts.blobs.destroy, blob_id)
        await parts.db.write(partial(_record, blob_id=blob_id))
    return {"orphans": len(orphans)}


def _record(work: Work, blob_id: str) -> None:
    actor = Actor.job("media.orphans")
    work.record(Access(actor, "media.orphan.destroy", "blob", blob_id, purpose="retention", case=blob_id))


async def _orphans(parts: MediaParts) -> list[str]:
    older_than = _FILE_TIMES.now() - timedelta(hours=parts.settings.orphan_hours)
    old = await asyncio.to_thread(lambda: list(parts.blobs.own_ids(older_than)))
    named = await parts.db.read(named_blobs) if old else set()
    return [blob_id for blob_id in old if blob_id not in named]
