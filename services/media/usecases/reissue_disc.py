"""Makes a disc anew from the kept backup, with a second person's approval, under its own number and password."""

from typing import Any

from services.media.domain.states import COMPLETE_DISC
from services.media.parts import BACKUP_KEY
from services.media.storage.discs import disc_of, next_position, replacement_of
from services.media.usecases.plan_discs import add_disc, note_step
from services.media.usecases.read_discs import shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.refusals import Refusal


def reissue_disc(work: Work, caller: Caller, disc_id: str, reason: str) -> dict[str, Any]:
    """A planned disc in place of this one. Refusals `backup-expired`, `reissued-already`, `transition-refused`."""
    disc = disc_of(work.session, disc_id)
    if disc.state not in COMPLETE_DISC:
        raise Refusal("transition-refused", state=disc.state, wanted="reissue", allowed=sorted(COMPLETE_DISC))
    if disc.image is None:
        raise Refusal("backup-expired")
    if replacement_of(work.session, disc.id) is not None:
        raise Refusal("reissued-already", disc_id=disc.id)
    work.refuse_if_frozen(BACKUP_KEY, plan=disc.plan_number, medium=disc.id)
    work.use_approval(caller, "media.disc.reissue", disc.id)
    position = next_position(work.session, disc.cycle)
    new = add_disc(
        work,
        disc,
        disc.disc_set,
        position=position,
        volume=disc.volume,
        volumes=disc.volumes,
        replaces=disc.id,
    )
    note_step(work, new, caller.principal.actor)
    work.record(caller.access("media.disc.reissue", "disc", disc.id, case=caller.case or disc.id, reason=reason))
    work.session.flush()
    return shown(work.session, new)
