"""Destroys the backups of replies whose months are over: keys first, then bytes, with a certificate for each."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Any

from services.media.domain.states import REPLY, step
from services.media.parts import MediaParts
from services.media.storage.backups import earliest_end, expiring_discs, expiring_replies, has_image_left
from services.media.storage.discs import replies_on
from services.media.storage.tables import Disc, Reply
from shared.blobs.ref import BlobRef
from shared.blobs.store import Destroyed
from shared.db import Work
from shared.events.copies import CopyDestroyed
from shared.trail import Access, Actor

KEEPER = Actor.job("media.backups")


async def next_backup_due(parts: MediaParts, until: datetime) -> datetime | None:
    """The earliest end of a kept backup up to `until`."""
    return await parts.db.read(lambda session: earliest_end(session, until, parts.clock.now()))


async def destroy_backups(parts: MediaParts, at: datetime) -> dict[str, int]:
    """All backups due at `at`; how many packages and images went. Stopped half-way it goes on where it was."""
    now = parts.clock.now()
    replies = await parts.db.read(lambda session: list(expiring_replies(session, at, now)))
    discs = await parts.db.read(lambda session: list(expiring_discs(session, at, now)))
    for reply in replies:
        gone = await asyncio.to_thread(parts.blobs.destroy, BlobRef.model_validate(reply.package))
        await parts.db.write(partial(_package_gone, reply_id=reply.id, gone=gone))
    for disc in discs:
        gone = await asyncio.to_thread(parts.blobs.destroy, BlobRef.model_validate(disc.image))
        await parts.db.write(partial(_image_gone, disc_id=disc.id, gone=gone))
    return {"packages": len(replies), "images": len(discs)}


def _package_gone(work: Work, reply_id: str, gone: Destroyed) -> None:
    reply = work.session.get_one(Reply, reply_id)
    if reply.package is None:
        return
    due = reply.expires_at or work.now
    reply.state = step(REPLY, reply.state, "expired")
    reply.package, reply.password, reply.password_open = None, None, False
    work.session.add(reply)
    _certify(work, gone, "reply", reply.id, reply.records, due)


def _image_gone(work: Work, disc_id: str, gone: Destroyed) -> None:
    disc = work.session.get_one(Disc, disc_id)
    if disc.image is None:
        return
    due = disc.expires_at or work.now
    records = int(disc.image["records"])
    disc.image, disc.password = None, None
    work.session.add(disc)
    work.session.flush()
    for reply in replies_on(work.session, disc):
        _expire_if_no_backup_is_left(work, reply)
    _certify(work, gone, "disc", disc.id, records, due)


def _expire_if_no_backup_is_left(work: Work, reply: Reply) -> None:
    if reply.state != "expired" and not has_image_left(work.session, reply.disc_set):
        reply.state = step(REPLY, reply.state, "expired")
        work.session.add(reply)


def _certify(work: Work, gone: Destroyed, object_type: str, object_id: str, records: int, due: datetime) -> None:
    values: dict[str, Any] = {"object_type": object_type, "object_id": object_id}
    destroyed = CopyDestroyed(
        copy_id=gone.id,
        service="media",
        what="reply_backup",
        records=records,
        digest=gone.sha256_of_ciphertext,
        method="key-destroyed-and-bytes-removed",
        due_at=due,
        destroyed_at=work.now,
        by=KEEPER.id,
        **values,
    )
    work.announce(destroyed, subject=object_id)
    work.record(Access(KEEPER, "media.backup.destroy", **values, subjects=records, purpose="retention", case=object_id))
