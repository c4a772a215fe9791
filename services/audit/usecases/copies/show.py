"""How kept copies and holds look from outside."""

from datetime import datetime
from typing import Any

from services.audit.domain.copies import state_of
from services.audit.storage.copies.tables import Hold, Kept
from services.audit.usecases.show import instant


def hold_shown(hold: Hold, now: datetime) -> dict[str, Any]:
    """A legal hold."""
    active = hold.lifted_at is None and hold.ends_at > now
    return {
        "id": hold.id,
        "object": hold.object,
        "reason": hold.reason,
        "state": "active" if active else "ended",
        "set_at": instant(hold.set_at),
        "set_by": hold.set_by,
        "approval": hold.approval,
        "ends_at": instant(hold.ends_at),
        "lifted_at": instant(hold.lifted_at),
        "lifted_by": hold.lifted_by,
        "lift_reason": hold.lift_reason,
    }


def kept_shown(copy: Kept, hold: Hold | None, now: datetime) -> dict[str, Any]:
    """A copy that still exists."""
    return {
        "copy_id": copy.copy_id,
        "service": copy.service,
        "what": copy.what,
        "object_type": copy.object_type,
        "object_id": copy.object_id,
        "records": copy.records,
        "kept_from": instant(copy.kept_from),
        "due_at": instant(copy.due_at),
        "state": state_of(copy.due_at, held=hold is not None, now=now),
        "hold": None if hold is None else hold_shown(hold, now),
    }
