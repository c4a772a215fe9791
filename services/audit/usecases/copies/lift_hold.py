"""Lift a legal hold before its end."""

from typing import Any

from services.audit.storage.copies import holds
from services.audit.usecases.copies.show import hold_shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.events.audit import HoldLifted
from shared.refusals import Refusal

ACT = "audit.hold.lift"


def lift_hold(work: Work, caller: Caller, hold_id: str, reason: str) -> dict[str, Any]:
    """The hold, lifted with a second person's approval. Refusal `not-found`, or `hold-ended` where it holds no more."""
    hold = holds.hold(work.session, hold_id)
    if hold is None:
        raise Refusal("not-found")
    if hold.lifted_at is not None or hold.ends_at <= work.now:
        raise Refusal("hold-ended")
    work.use_approval(caller, ACT, hold_id)
    hold.lifted_at, hold.lifted_by = work.now, caller.principal.id
    hold.lift_reason, hold.lift_approval = reason, caller.approval
    work.session.add(hold)
    work.announce(HoldLifted(hold_id=hold.id), subject=hold.object[:120])
    work.record(caller.access(ACT, "hold", hold.id, case=caller.case or hold.object[:200]))
    return hold_shown(hold, work.now)
