"""A disc is burnt and read back: the image goes to the writer, a blank is used, the result must be what was made."""

from typing import Any

from services.media.domain.backups import destroy_at
from services.media.domain.states import COMPLETE_DISC, DISC, REPLY, step
from services.media.parts import BACKUP_KEY, MediaParts
from services.media.storage.discs import disc_of, records_on_discs, replies_on
from services.media.storage.tables import Disc, Reply
from services.media.usecases.make_package import completed
from services.media.usecases.plan_discs import note_step
from services.media.usecases.read_discs import shown
from services.media.usecases.sealing import legal_basis
from services.media.usecases.stock_blanks import spoil_blank, take_blank
from services.media.usecases.tell_backups import tell_image
from shared.auth.caller import Caller
from shared.blobs.ref import BlobRef
from shared.db import Work
from shared.events.media import DiscVerified
from shared.refusals import Refusal


def hand_out_image(parts: MediaParts, work: Work, caller: Caller, disc_id: str) -> BlobRef:
    """The image to send to the media writer, once this is committed; the disc counts as written from now on."""
    disc = disc_of(work.session, disc_id)
    if disc.state == "planned" or disc.image is None:
        raise Refusal("image-required" if disc.state == "planned" else "backup-expired")
    work.refuse_if_frozen(BACKUP_KEY, plan=disc.plan_number, medium=disc.id)
    if disc.state != "written":
        if disc.state == "failed":
            spoil_blank(work, disc.id)
        disc.state = step(DISC, disc.state, "written")
        work.session.add(disc)
        take_blank(work, disc.id)
        note_step(work, disc, caller.principal.actor)
    image = BlobRef.model_validate(disc.image)
    work.record(
        caller.access(
            "media.disc.read_image",
            "disc",
            disc.id,
            subjects=image.records,
            purpose=caller.purpose or "media-production",
            case=caller.case or disc.id,
            legal_basis=legal_basis(parts, disc.kind_group),
            channel="disc",
            release=f"{disc.id}:{image.sha256}",
        )
    )
    return image


def read_back(parts: MediaParts, work: Work, caller: Caller, disc_id: str, sha256: str) -> dict[str, Any]:
    """Compares what was read from the burnt disc. The answer's `matched` tells; a mismatch is kept as a failed burn."""
    disc = disc_of(work.session, disc_id)
    if disc.image is None:
        raise Refusal("image-required" if disc.state == "planned" else "backup-expired")
    matched = sha256.lower() == disc.image["sha256"]
    before = disc.state
    wanted = "verified" if matched else "failed"
    disc.state = wanted if before == wanted == "failed" else step(DISC, before, wanted)
    work.session.add(disc)
    if disc.state != before:
        note_step(work, disc, caller.principal.actor)
    outcome = {"outcome": "done"} if matched else {"outcome": "failed", "reason": "digest-mismatch"}
    work.record(
        caller.access(
            "media.disc.read_back",
            "disc",
            disc.id,
            purpose=caller.purpose or "media-production",
            case=caller.case or disc.id,
            release=f"{disc.id}:{disc.image['sha256']}",
            **outcome,
        )
    )
    if matched:
        _verified(parts, work, disc)
    work.session.flush()
    return shown(work.session, disc) | {"matched": matched}


def _verified(parts: MediaParts, work: Work, disc: Disc) -> None:
    disc.verified_at = work.now
    disc.expires_at = destroy_at(work.now, parts.settings.backup_months)
    work.session.add(disc)
    work.session.flush()
    tell_image(work, disc)
    replies = replies_on(work.session, disc)
    work.announce(
        DiscVerified(
            disc_id=disc.id,
            plan_number=disc.plan_number,
            request_ids=tuple(reply.request_id for reply in replies),
            sha256=(disc.image or {})["sha256"],
        ),
        subject=disc.id,
    )
    for reply in replies:
        _complete(parts, work, reply)


def _complete(parts: MediaParts, work: Work, reply: Reply) -> None:
    """Answered = on media: the reply is complete once verified discs hold every record of it."""
    on_discs = records_on_discs(work.session, reply.id, COMPLETE_DISC)
    if reply.completed_at is not None or on_discs != reply.records:
        return
    reply.state = step(REPLY, reply.state, "on_disc")
    reply.completed_at = work.now
    reply.expires_at = destroy_at(work.now, parts.settings.backup_months)
    work.session.add(reply)
    work.announce(completed(reply), subject=reply.request_id)
