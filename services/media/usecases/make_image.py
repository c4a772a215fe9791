"""Makes the image of a planned disc: all volumes of its set; for a disc made anew, from the backup of the old one."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.media.domain.numbers import disc_number, position_of
from services.media.domain.states import DISC, step
from services.media.making.disc_image import Face, SealedFile, make_image
from services.media.making.reseal import resealed
from services.media.making.volumes import Volume, VolumeMaker
from services.media.parts import BACKUP_KEY, MediaParts
from services.media.storage.discs import disc_of
from services.media.storage.replies import replies_of_set
from services.media.storage.tables import Disc, DiscContent, Reply
from services.media.usecases.plan_discs import add_disc, note_step
from services.media.usecases.read_discs import shown
from services.media.usecases.sealing import content_of, legal_basis, unwrap_password, workshop_of, wrap_password
from services.media.usecases.tell_backups import tell_image
from shared.auth.caller import Caller
from shared.blobs.ref import BlobRef
from shared.calendar.clock import JST
from shared.db import Work
from shared.discs.passwords import new_password
from shared.http import Once
from shared.refusals import Refusal

PLACE = "disc.password"


@dataclass(frozen=True)
class MadeVolume:
    """One volume, made and read back, not yet in the books."""

    image: BlobRef
    password: str
    contents: tuple[DiscContent, ...]


@dataclass(frozen=True)
class Order:
    """What is to be made: the planned disc, its replies, and the disc that it replaces, if any."""

    disc: Disc
    replies: Sequence[Reply]
    old: Disc | None


async def make_disc_image(parts: MediaParts, caller: Caller, once: Once, disc_id: str) -> dict[str, Any]:
    """The disc with its image; `discs` names all volumes of the set. Refusals `transition-refused`, `frozen`, …"""
    disc = await parts.db.read(lambda session: disc_of(session, disc_id))
    made: list[MadeVolume] = []
    if disc.state == "planned":
        order = await parts.db.write(lambda work: _begin(parts, work, caller, disc_id))
        made = await asyncio.to_thread(_make, parts, order, parts.clock.now().astimezone(JST))
    try:
        return await once.write(parts.db, lambda work: _keep(parts, work, caller, disc_id, made))
    except BaseException:
        _forget(parts, made)
        raise


def _begin(parts: MediaParts, work: Work, caller: Caller, disc_id: str) -> Order:
    """Records, before anything is decrypted, that it will be, and on which basis."""
    disc = disc_of(work.session, disc_id)
    step(DISC, disc.state, "imaged")
    numbers = ("my_number",) if disc.kind_group == "my_number" else ()
    work.refuse_if_frozen(BACKUP_KEY, *numbers, f"plan/{disc.plan_number}", plan=disc.plan_number, medium=disc.id)
    replies = replies_of_set(work.session, disc.disc_set)
    old = disc_of(work.session, disc.replaces) if disc.replaces else None
    if old is not None and old.image is None:
        raise Refusal("backup-expired")
    work.record(
        caller.access(
            "media.disc.seal",
            "disc",
            disc.id,
            subjects=sum(reply.records for reply in replies),
            purpose=caller.purpose or "media-production",
            case=caller.case or disc.id,
            legal_basis=legal_basis(parts, disc.kind_group),
            channel="disc",
        )
    )
    return Order(disc, replies, old)


def _make(parts: MediaParts, order: Order, at: datetime) -> list[MadeVolume]:
    return [_make_again(parts, order, at)] if order.old else _make_set(parts, order, at)


def _make_set(parts: MediaParts, order: Order, at: datetime) -> list[MadeVolume]:
    maker = VolumeMaker(workshop_of(parts), limit_bytes=parts.settings.disc_limit_bytes, at=at)
    volumes = maker.volumes([content_of(reply, parts.association) for reply in order.replies])
    made: list[MadeVolume] = []
    try:
        for number, volume in enumerate(volumes, start=1):
            face = _face(parts, order.disc, number, len(volumes))
            image = make_image(parts.blobs, volume.sealed, face, password=volume.password)
            made.append(MadeVolume(image, volume.password, _contents(volume)))
    except BaseException:
        _forget(parts, made)
        raise
    finally:
        maker.forget(volumes)
    return made


def _make_again(parts: MediaParts, order: Order, at: datetime) -> MadeVolume:
    old = order.old
    if old is None or old.image is None or old.password is None:
        raise Refusal("backup-expired")
    password = new_password()
    before = unwrap_password(parts, old.password, place=PLACE, row=old.id)
    image = BlobRef.model_validate(old.image)
    sealed = resealed(parts.blobs, image, password=before, new_password=password, at=at)
    try:
        face = _face(parts, order.disc, order.disc.volume, order.disc.volumes)
        made = make_image(parts.blobs, sealed, face, password=password)
    finally:
        for each in sealed:
            parts.blobs.destroy(each.ref)
    return MadeVolume(made, password, tuple(_content(each) for each in sealed))


def _face(parts: MediaParts, disc: Disc, volume: int, volumes: int) -> Face:
    number = disc_number(disc.cycle, position_of(disc.number), volume)
    return Face(number, volume, volumes, parts.settings.backup_months)


def _keep(parts: MediaParts, work: Work, caller: Caller, disc_id: str, made: Sequence[MadeVolume]) -> dict[str, Any]:
    disc = disc_of(work.session, disc_id)
    state = step(DISC, disc.state, "imaged")
    work.refuse_if_frozen(BACKUP_KEY, plan=disc.plan_number, medium=disc.id)
    volumes = disc.volumes if disc.replaces else len(made)
    discs = [disc]
    for number in range(2, len(made) + 1):
        discs.append(
            add_disc(work, disc, disc.disc_set, position=position_of(disc.number), volume=number, volumes=volumes)
        )
        note_step(work, discs[-1], caller.principal.actor)
    for each, volume in zip(discs, made, strict=True):
        each.volumes, each.state, each.image = volumes, state, volume.image.model_dump()
        each.password = wrap_password(parts, volume.password, place=PLACE, row=each.id)
        work.session.add(each)
        for content in volume.contents:
            work.session.add(DiscContent(**(content.model_dump() | {"disc_id": each.id})))
        note_step(work, each, caller.principal.actor)
        _record(work, caller, each, volume)
    work.session.flush()
    for each in discs:
        tell_image(work, each)
    return shown(work.session, disc) | {"discs": [each.id for each in discs]}


def _record(work: Work, caller: Caller, disc: Disc, volume: MadeVolume) -> None:
    work.record(
        caller.access(
            "media.disc.make_image",
            "disc",
            disc.id,
            subjects=volume.image.records,
            purpose=caller.purpose or "media-production",
            case=caller.case or disc.id,
            channel="disc",
            release=f"{disc.id}:{volume.image.sha256}",
        )
    )


def _contents(volume: Volume) -> tuple[DiscContent, ...]:
    return tuple(_content(each.sealed) for each in volume.placed)


def _content(sealed: SealedFile) -> DiscContent:
    counts = sealed.manifest["counts"]
    return DiscContent(
        disc_id="",
        file_name=sealed.name,
        reply_id=sealed.manifest["reply_id"],
        first_record=counts["first_record"],
        records=counts["records"],
        rejected=counts["rejected"],
    )


def _forget(parts: MediaParts, made: Sequence[MadeVolume]) -> None:
    for each in made:
        parts.blobs.destroy(each.image)
