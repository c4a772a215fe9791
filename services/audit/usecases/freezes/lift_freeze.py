"""Let releases go on, with a second person's approval."""

from typing import Any, Final

from services.audit.domain.incidents.plain_text import refuse_numbers
from services.audit.storage.incidents.freezes import freeze_of
from services.audit.usecases.incidents.show_incident import freeze_shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.events.audit import FreezeLifted
from shared.refusals import Refusal

ACT: Final = "audit.freeze.lift"


def lift_freeze(work: Work, caller: Caller, freeze_id: str, reason: str) -> dict[str, Any]:
    """The freeze, lifted. Refusals `not-found`, `freeze-lifted`, those of the approval, `text-holds-number`."""
    refuse_numbers(reason)
    freeze = freeze_of(work.session, freeze_id)
    if freeze.lifted_at is not None:
        raise Refusal("freeze-lifted")
    work.use_approval(caller, ACT, freeze.id)
    freeze.lifted_at, freeze.lifted_by = work.now, caller.principal.id
    freeze.lift_reason, freeze.lift_approval = reason, caller.approval
    work.session.add(freeze)
    lifted = FreezeLifted(freeze_id=freeze.id, object_type=freeze.object_type, object_id=freeze.object_id)
    work.announce(lifted, subject=freeze.id)
    work.record(caller.access(ACT, freeze.object_type, freeze.object_id, case=freeze.incident_id or freeze.id))
    return freeze_shown(freeze)
