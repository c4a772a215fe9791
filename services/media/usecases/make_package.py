"""Seals one network reply, reads it back, compares, and only then tells that it is ready."""

import asyncio
from typing import Any

from services.media.domain.backups import destroy_at
from services.media.domain.states import REPLY, step
from services.media.making.sealed_reply import SealedReply, Unbalanced, read_back
from services.media.parts import BACKUP_KEY, MediaParts
from services.media.storage.replies import reply_of
from services.media.storage.tables import Reply
from services.media.usecases.sealing import content_of, legal_basis, workshop_of, wrap_password
from services.media.usecases.tell_backups import tell_package
from shared.blobs.ref import BlobRef
from shared.bus import Effect, Permanent
from shared.calendar.clock import JST
from shared.db import Work
from shared.discs.passwords import new_password
from shared.events.media import PackageReady, PackageRequested, ReplyCompleted
from shared.refusals import Refusal
from shared.telemetry.stages import stage
from shared.trail import Access, Actor

PLACE = "reply.password"
SEALER = Actor.job("media.packages")


async def make_package(parts: MediaParts, event: PackageRequested) -> Effect | None:
    """The package of a waiting reply; one that has its package already is left alone."""
    reply = await parts.db.read(lambda session: reply_of(session, event.reply_id))
    if reply.state != "waiting":
        return None
    try:
        basis = legal_basis(parts, reply.kind)
    except Refusal as missing:
        raise Permanent(missing.code) from missing
    await parts.db.write(lambda work: work.record(_access(reply, "media.package.seal", basis)))
    password = new_password()
    package = await asyncio.to_thread(seal_package, parts, reply, password)
    sealed_password = wrap_password(parts, password, place=PLACE, row=reply.id)
    return lambda work: _keep(parts, work, reply.id, package, sealed_password, basis)


@stage("media.seal")
def seal_package(parts: MediaParts, reply: Reply, password: str) -> BlobRef:
    """The encrypted file as a blob, read back and compared; Permanent where the records do not balance."""
    at = parts.clock.now().astimezone(JST)
    making = SealedReply(workshop_of(parts), content_of(reply, parts.association), password=password, at=at)
    try:
        with parts.blobs.create(purpose="package", key=BACKUP_KEY) as writer:
            for block in making:
                writer.write(block)
            writer.records = reply.records
    except Unbalanced as unbalanced:
        raise Permanent("unbalanced") from unbalanced
    try:
        read_back(parts.blobs, writer.ref, password=password, manifest=making.manifest)
    except BaseException:
        parts.blobs.destroy(writer.ref)
        raise
    return writer.ref


def _keep(parts: MediaParts, work: Work, reply_id: str, package: BlobRef, password: bytes, basis: str) -> None:
    reply = reply_of(work.session, reply_id)
    if reply.state != "waiting":
        parts.blobs.destroy(package)
        return
    reply.state = step(REPLY, reply.state, "ready")
    reply.package = package.model_dump()
    reply.password = password
    reply.completed_at = work.now
    reply.expires_at = destroy_at(work.now, parts.settings.backup_months)
    work.session.add(reply)
    tell_package(work, reply)
    release = f"{reply.id}:{package.sha256}"
    work.record(_access(reply, "media.package.make", basis, release=release))
    ready = PackageReady(
        reply_id=reply.id,
        request_id=reply.request_id,
        plan_number=reply.plan_number,
        kind=reply.kind,
        sha256=package.sha256,
        size=package.size,
    )
    work.announce(ready, subject=reply.request_id)
    work.announce(completed(reply), subject=reply.request_id)


def completed(reply: Reply) -> ReplyCompleted:
    """The event that all media of a reply are complete."""
    return ReplyCompleted.model_validate(
        {
            "reply_id": reply.id,
            "request_id": reply.request_id,
            "batch_id": reply.batch_id,
            "kind": reply.kind,
            "channel": reply.channel,
            "records": reply.records,
        }
    )


def _access(reply: Reply, action: str, basis: str, **more: Any) -> Access:
    return Access(
        SEALER,
        action,
        "reply",
        reply.id,
        subjects=reply.records,
        purpose="reply-delivery",
        case=reply.request_id,
        legal_basis=basis,
        channel=reply.channel,
        **more,
    )
