"""A session goes on: a fresh token for the one about to end."""

from collections.abc import Callable
from datetime import timedelta

from services.authority.domain.duty import refusal_of_duty
from services.authority.parts import AuthorityParts
from services.authority.storage.registers import equipment_by_id, staff_by_id
from services.authority.storage.sessions import end_session, session_of_token
from services.authority.storage.tables import Equipment, StaffSession
from services.authority.usecases.tokens import Issued, issue_to_staff, standing_of
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.db import Work
from shared.refusals import Refusal


def renew_session(parts: AuthorityParts, caller: Caller) -> Callable[[Work], Issued | Refusal]:
    """Looks at duty, equipment and the session's age again. One that may not go on ends; the refusal is returned."""

    def write(work: Work) -> Issued | Refusal:
        session = session_of_token(work.session, caller.principal.token_id)
        staff = staff_by_id(work.session, caller.principal.id)
        equipment = equipment_by_id(work.session, caller.principal.equipment)
        if session is None or staff is None or equipment is None or _is_over(parts, session, equipment):
            return _stop(parts, work, caller, session, "session-ended")
        code = refusal_of_duty(standing_of(staff), work.now.astimezone(JST).date())
        if code is not None:
            return _stop(parts, work, caller, session, code)
        work.record(caller.access("authority.session.renew", "session", session.id))
        return issue_to_staff(parts, work, staff, equipment, session.id)

    return write


def _is_over(parts: AuthorityParts, session: StaffSession, equipment: Equipment) -> bool:
    latest = session.opened_at + timedelta(hours=parts.settings.session_hours)
    return session.ended_at is not None or equipment.ended_at is not None or parts.machine.now() > latest


def _stop(parts: AuthorityParts, work: Work, caller: Caller, session: StaffSession | None, code: str) -> Refusal:
    session_id = session.id if session else ""
    work.record(caller.access("authority.session.renew", "session", session_id, outcome="refused", reason=code))
    if session is not None and session.ended_at is None:
        end_session(work, session, parts.machine.now())
    return Refusal(code)
