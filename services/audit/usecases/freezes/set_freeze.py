"""Stop all releases of a plan, medium, batch, account or key at once."""

from typing import Any

from services.audit.domain.incidents.plain_text import refuse_numbers
from services.audit.storage.incidents.incidents import incident_of
from services.audit.storage.incidents.tables import FreezeOrder
from services.audit.usecases.incidents.show_incident import freeze_shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.events.audit import FreezeSet
from shared.ids import new_id
from shared.refusals import Refusal


def set_freeze(
    work: Work, caller: Caller, object_type: str, object_id: str, *, incident_id: str, reason: str
) -> dict[str, Any]:
    """The freeze; it is in force in each service as soon as its event has arrived there.

    Refusals `not-found` for an incident that is not there, `freeze-yourself`, `text-holds-number`.
    """
    refuse_numbers(reason)
    if (object_type, object_id) == ("account", caller.principal.id):
        raise Refusal("freeze-yourself")
    if incident_id:
        incident_of(work.session, incident_id)
    freeze = FreezeOrder(
        id=new_id(),
        object_type=object_type,
        object_id=object_id,
        incident_id=incident_id,
        reason=reason,
        set_at=work.now,
        set_by=caller.principal.id,
    )
    work.session.add(freeze)
    work.announce(FreezeSet(freeze_id=freeze.id, object_type=object_type, object_id=object_id), subject=freeze.id)
    work.record(caller.access("audit.freeze.set", object_type, object_id, case=incident_id or freeze.id))
    return freeze_shown(freeze)
