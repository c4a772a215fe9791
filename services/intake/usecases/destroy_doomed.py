"""Destroy what is written down as doomed: the key, the bytes, then the record and the announcement of it."""

import asyncio
from collections.abc import Sequence
from functools import partial

from services.intake.parts import IntakeParts
from services.intake.storage.doomed import all_doomed
from services.intake.storage.tables import DoomedRow
from shared.blobs.store import Destroyed
from shared.db import Work
from shared.events.copies import CopyDestroyed
from shared.trail import Access, Actor

METHOD = "key destroyed, bytes removed"
ACTOR = Actor.job("intake.destruction")


async def destroy_doomed(parts: IntakeParts) -> int:
    """Destroy all of it; how many copies. Safe twice: what is gone is told again with the same facts."""
    done = 0
    while doomed := await parts.db.read(all_doomed):
        gone = await asyncio.to_thread(_destroy, parts, doomed)
        done += await parts.db.write(partial(_tell, rows=doomed, gone=gone))
    return done


def _destroy(parts: IntakeParts, rows: Sequence[DoomedRow]) -> list[Destroyed]:
    return [parts.blobs.destroy(row.blob_id) for row in rows]


def _tell(work: Work, rows: Sequence[DoomedRow], gone: Sequence[Destroyed]) -> int:
    told = 0
    for row, destroyed in zip(rows, gone, strict=True):
        kept = work.session.get(DoomedRow, row.blob_id)
        if kept is None:
            continue
        work.session.delete(kept)
        told += 1
        if row.what:
            work.announce(_event(work, row, destroyed), subject=f"{row.object_type}/{row.object_id}")
            access = Access(ACTOR, "intake.copy.destroy", row.object_type, row.object_id, subjects=row.records)
            work.record(access)
    return told


def _event(work: Work, row: DoomedRow, destroyed: Destroyed) -> CopyDestroyed:
    return CopyDestroyed(
        copy_id=row.blob_id,
        service="intake",
        what=row.what,
        object_type=row.object_type,
        object_id=row.object_id,
        records=row.records,
        digest=destroyed.sha256_of_ciphertext,
        method=METHOD,
        due_at=row.due_at,
        destroyed_at=work.now,
        by=ACTOR.id,
    )
