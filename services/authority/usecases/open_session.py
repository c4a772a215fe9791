"""A staff member signs in at a piece of equipment, with a password and, where they have one, a one-time password."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from services.authority.domain.totp import step_of
from services.authority.parts import AuthorityParts
from services.authority.storage.registers import equipment_by_id, staff_by_id
from services.authority.storage.tables import Equipment, Staff
from services.authority.usecases.secrets import STAFF_FIELDS, password_matches
from services.authority.usecases.sign_in_outcome import LOCKED, WRONG, Attempt, equipment_proven, is_locked, settle
from services.authority.usecases.tokens import Issued
from shared.db import Work
from shared.refusals import Refusal


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a person types and what the equipment adds."""

    staff_id: str
    password: str
    equipment_id: str
    equipment_secret: str
    totp: str = ""
    request_id: str = ""

    @property
    def attempt(self) -> Attempt:
        """Who tries, and where."""
        return Attempt(self.staff_id, self.equipment_id, self.equipment_secret, self.request_id)


@dataclass(frozen=True, slots=True)
class _Proof:
    """Whether everything typed was right, and which one-time password it was."""

    right: bool
    totp_step: int | None = None


async def open_session(parts: AuthorityParts, sign_in: SignIn) -> Issued:
    """A token for ten minutes. Refusals: `invalid-credentials`, which does not say what is wrong; `sign-in-locked`;
    once the credentials are right, the condition of duty that fails. Each is recorded."""
    # One look at the lock and one password check at a time, so that guessing side by side wins nothing.
    async with parts.password_checks:
        staff, equipment, locked = await parts.db.read(_look_up(parts, sign_in))
        proof = _Proof(False) if locked else await asyncio.to_thread(_prove, parts, sign_in, staff, equipment)
        reason = LOCKED if locked else "" if proof.right else WRONG
        outcome = await parts.db.write(settle(parts, sign_in.attempt, reason, _once(proof.totp_step)))
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _look_up(
    parts: AuthorityParts, sign_in: SignIn
) -> Callable[[Session], tuple[Staff | None, Equipment | None, bool]]:
    def read(session: Session) -> tuple[Staff | None, Equipment | None, bool]:
        locked = is_locked(parts, session, sign_in.staff_id)
        return staff_by_id(session, sign_in.staff_id), equipment_by_id(session, sign_in.equipment_id), locked

    return read


def _prove(parts: AuthorityParts, sign_in: SignIn, staff: Staff | None, equipment: Equipment | None) -> _Proof:
    """Every part is checked every time, so that the time taken does not tell which one was wrong."""
    secret = _totp_secret(parts, staff)
    step = step_of(secret, sign_in.totp, parts.machine.now()) if secret is not None else None
    checks = [
        password_matches(staff.password_hash if staff else None, sign_in.password),
        equipment_proven(parts, equipment, sign_in.attempt),
        secret is None or step is not None,
    ]
    return _Proof(all(checks), step)


def _totp_secret(parts: AuthorityParts, staff: Staff | None) -> bytes | None:
    if staff is None or staff.totp_sealed is None:
        return None
    cipher = parts.keyring.field_cipher(STAFF_FIELDS)
    return bytes.fromhex(cipher.decrypt(staff.totp_sealed, place="staff.totp", row=staff.id))


def _once(step: int | None) -> Callable[[Work, Staff], str]:
    """Takes a one-time password once: neither it nor an older one comes in again."""

    def take(work: Work, staff: Staff) -> str:
        if step is None:
            return ""
        if staff.totp_step is not None and step <= staff.totp_step:
            return "totp-used"
        staff.totp_step = step
        work.session.add(staff)
        return ""

    return take
