"""A staff member signs in at a piece of equipment."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from services.authority.domain.duty import refusal_of_duty
from services.authority.domain.locks import FORGET_AFTER, locked_until
from services.authority.domain.totp import is_current
from services.authority.parts import AuthorityParts
from services.authority.storage.registers import equipment_by_id, staff_by_id
from services.authority.storage.sessions import failure_of, forget_failures
from services.authority.storage.tables import Equipment, SignInFailure, Staff, StaffSession
from services.authority.usecases.secrets import STAFF_FIELDS, machine_matches, password_matches
from services.authority.usecases.tokens import Issued, issue_to_staff, standing_of
from shared.calendar.clock import JST
from shared.db import Work
from shared.ids import new_id
from shared.refusals import Refusal
from shared.trail import Access, Actor

ACTION: Final = "authority.session.open"


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a person types and what the equipment adds."""

    staff_id: str
    password: str
    equipment_id: str
    equipment_secret: str
    totp: str = ""
    request_id: str = ""


async def open_session(parts: AuthorityParts, sign_in: SignIn) -> Issued:
    """A token for ten minutes. Refusals: `invalid-credentials`, which does not say what is wrong; `sign-in-locked`;
    once the credentials are right, the condition of duty that fails. Each is recorded."""
    # One look at the lock and one password check at a time, so that guessing side by side wins nothing.
    async with parts.password_checks:
        staff, equipment, locked = await parts.db.read(_look_up(parts, sign_in))
        if locked:
            code = "sign-in-locked"
        elif await asyncio.to_thread(_proven, parts, sign_in, staff, equipment):
            code = ""
        else:
            code = "invalid-credentials"
        outcome = await parts.db.write(_decided(parts, sign_in, code))
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def name_digest(staff_id: str) -> str:
    """Stands for an account name in the table of failures."""
    return hashlib.sha256(staff_id.encode()).hexdigest()


def _look_up(
    parts: AuthorityParts, sign_in: SignIn
) -> Callable[[Session], tuple[Staff | None, Equipment | None, bool]]:
    def read(session: Session) -> tuple[Staff | None, Equipment | None, bool]:
        failure = failure_of(session, name_digest(sign_in.staff_id))
        until = failure.locked_until if failure else None
        locked = until is not None and parts.machine.now() < until
        return staff_by_id(session, sign_in.staff_id), equipment_by_id(session, sign_in.equipment_id), locked

    return read


def _proven(parts: AuthorityParts, sign_in: SignIn, staff: Staff | None, equipment: Equipment | None) -> bool:
    """Every part is checked every time, so that the time taken does not tell which one was wrong."""
    known = equipment is not None and equipment.ended_at is None
    stored = equipment.secret_digest if equipment is not None and known else None
    checks = [
        password_matches(staff.password_hash if staff else None, sign_in.password),
        machine_matches(parts.keyring, "equipment", sign_in.equipment_id, sign_in.equipment_secret, stored),
        staff is None or staff.totp_sealed is None or _totp_matches(parts, staff, sign_in.totp),
    ]
    return all(checks)


def _totp_matches(parts: AuthorityParts, staff: Staff, code: str) -> bool:
    if staff.totp_sealed is None:
        return True
    cipher = parts.keyring.field_cipher(STAFF_FIELDS)
    secret = bytes.fromhex(cipher.decrypt(staff.totp_sealed, place="staff.totp", row=staff.id))
    return is_current(secret, code, parts.machine.now())


def _decided(parts: AuthorityParts, sign_in: SignIn, code: str) -> Callable[[Work], Issued | Refusal]:
    def write(work: Work) -> Issued | Refusal:
        staff = staff_by_id(work.session, sign_in.staff_id)
        equipment = equipment_by_id(work.session, sign_in.equipment_id)
        refusal = code
        if not code:
            _forgive(work, sign_in)
        elif code == "invalid-credentials":
            _count_failure(parts, work, sign_in)
        if staff is None or equipment is None:
            refusal = refusal or "invalid-credentials"
        elif not refusal:
            refusal = refusal_of_duty(standing_of(staff), work.now.astimezone(JST).date()) or ""
        work.record(_access(sign_in, staff, equipment, refusal))
        if refusal or staff is None or equipment is None:
            return Refusal(refusal)
        session = StaffSession(id=new_id(), staff_id=staff.id, equipment_id=equipment.id, opened_at=parts.machine.now())
        work.session.add(session)
        return issue_to_staff(parts, work, staff, equipment, session.id)

    return write


def _count_failure(parts: AuthorityParts, work: Work, sign_in: SignIn) -> None:
    now = parts.machine.now()
    forget_failures(work, now - FORGET_AFTER)
    digest = name_digest(sign_in.staff_id)
    failure = failure_of(work.session, digest) or SignInFailure(id=digest, failures=0, last_at=now)
    failure.failures += 1
    failure.last_at = now
    failure.locked_until = locked_until(failure.failures, now)
    work.session.add(failure)


def _forgive(work: Work, sign_in: SignIn) -> None:
    failure = failure_of(work.session, name_digest(sign_in.staff_id))
    if failure is not None:
        work.session.delete(failure)


def _access(sign_in: SignIn, staff: Staff | None, equipment: Equipment | None, refusal: str) -> Access:
    # A name that is not on the register is not repeated: people type passwords into the wrong field.
    known = Actor(
        kind="staff" if staff else "anonymous",
        id=staff.id if staff else "",
        team=staff.team if staff else "",
        equipment=equipment.id if equipment else "",
        place=equipment.place if equipment else "",
    )
    return Access(
        known,
        ACTION,
        "session",
        known.id,
        channel="http",
        outcome="refused" if refusal else "done",
        reason=refusal,
        request_id=sign_in.request_id,
    )
