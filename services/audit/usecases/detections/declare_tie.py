"""A member of staff declares who of the people in the records is themselves or close to them: by pseudonym alone."""

from typing import Any

from services.audit.storage.detections import cases
from shared.auth.caller import Caller
from shared.db import Work
from shared.refusals import Refusal


def declare_tie(work: Work, caller: Caller, staff_id: str, token: str) -> dict[str, Any]:
    """Enter it, once however often it is declared."""
    cases.declare(work.session, staff_id, token, caller.principal.id, work.now)
    work.record(caller.access("audit.tie.declare", "staff", staff_id))
    return {"staff_id": staff_id, "token": token}


def take_back_tie(work: Work, caller: Caller, staff_id: str, token: str) -> dict[str, Any]:
    """Refusal `not-found` where there is none."""
    if not cases.undeclare(work.session, staff_id, token):
        raise Refusal("not-found")
    work.record(caller.access("audit.tie.take_back", "staff", staff_id))
    return {"staff_id": staff_id, "token": token}
