"""Set a legal hold."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from services.audit.storage.copies.tables import Hold
from services.audit.usecases.copies.show import hold_shown
from shared.auth.caller import Caller
from shared.calendar.clock import day_begins
from shared.db import Work
from shared.events.audit import HoldSet
from shared.ids import new_id
from shared.refusals import Refusal

ACT = "audit.hold.set"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHold:
    """On what, why, and until which day (inclusive, in Japan)."""

    object_type: str
    object_id: str
    reason: str
    ends_on: date

    @property
    def named(self) -> str:
        """As type/id."""
        return f"{self.object_type}/{self.object_id}"

    @property
    def ends_at(self) -> datetime:
        """The midnight after its last day."""
        return day_begins(self.ends_on + timedelta(days=1))


def set_hold(work: Work, caller: Caller, new: NewHold) -> dict[str, Any]:
    """The hold. It takes a second person's approval, bound to the object as type/id. Refusal `hold-end-past`."""
    if new.ends_at <= work.now:
        raise Refusal("hold-end-past")
    work.use_approval(caller, ACT, new.named)
    hold = Hold(
        id=new_id(),
        object=new.named,
        reason=new.reason,
        set_at=work.now,
        set_by=caller.principal.id,
        approval=caller.approval,
        ends_at=new.ends_at,
    )
    work.session.add(hold)
    event = HoldSet(hold_id=hold.id, object_type=new.object_type, object_id=new.object_id, ends_at=hold.ends_at)
    work.announce(event, subject=new.named[:120])
    work.record(caller.access(ACT, "hold", hold.id, case=caller.case or new.named[:200]))
    return hold_shown(hold, work.now)
