"""The label of a disc, and its password once the disc has arrived: as text or as a letter."""

from typing import Any

from services.media.domain.kinds import words_of
from services.media.making.words import japanese_date
from services.media.parts import BACKUP_KEY, MediaParts
from services.media.storage.discs import disc_of, replies_on
from services.media.storage.tables import Disc
from services.media.usecases.make_image import PLACE
from services.media.usecases.sealing import PASSWORDS, unwrap_password
from shared.auth.caller import Caller
from shared.db import Work
from shared.refusals import Refusal


def label_of(parts: MediaParts, work: Work, caller: Caller, disc_id: str) -> dict[str, Any]:
    """What stands on the label. Refusal `image-required` while the number of volumes is not known."""
    disc = disc_of(work.session, disc_id)
    if disc.state == "planned":
        raise Refusal("image-required")
    work.record(caller.access("media.disc.label", "disc", disc.id, case=caller.case or disc.id))
    kinds = [reply.kind for reply in replies_on(work.session, disc)]
    return _face(parts, disc) | {
        "title": "回答CD-R",
        "contents": words_of(kinds),
        "cycle": disc.cycle,
        "made_on": japanese_date(disc.made_at),
    }


def show_disc_password(parts: MediaParts, work: Work, caller: Caller, disc_id: str) -> dict[str, Any]:
    """The password with what its letter says, once. Refusals `delivery-required`, `password-shown`, `frozen`."""
    disc = disc_of(work.session, disc_id)
    if disc.state != "delivered":
        raise Refusal("delivery-required", state=disc.state)
    if disc.password is None:
        raise Refusal("backup-expired")
    if disc.password_shown_at is not None:
        raise Refusal("password-shown")
    work.refuse_if_frozen(BACKUP_KEY, PASSWORDS, plan=disc.plan_number, medium=disc.id)
    disc.password_shown_at = work.now
    work.session.add(disc)
    work.record(caller.access("media.disc.password", "disc", disc.id, channel="letter", release=disc.id))
    kinds = [reply.kind for reply in replies_on(work.session, disc)]
    return _face(parts, disc) | {
        "title": words_of(kinds),
        "made_on": japanese_date(work.now),
        "password": unwrap_password(parts, disc.password, place=PLACE, row=disc.id),
    }


def _face(parts: MediaParts, disc: Disc) -> dict[str, Any]:
    return {
        "association": parts.association,
        "plan_number": disc.plan_number,
        "plan_name": disc.plan_name,
        "plan_address": disc.plan_address,
        "disc_number": disc.number,
        "volume": disc.volume,
        "volumes": disc.volumes,
        "red": disc.kind_group == "my_number",
    }
