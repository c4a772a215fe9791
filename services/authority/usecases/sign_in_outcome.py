"""How an attempt to sign in ends, whichever way a person proves who they are: a session with a token, or a refusal."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from services.authority.domain.duty import refusal_of_duty
from services.authority.domain.locks import FORGET_AFTER, locked_until
from services.authority.parts import AuthorityParts
from services.authority.storage.registers import equipment_by_id, staff_by_id
from services.authority.storage.sessions import failure_of, forget_failures
from services.authority.storage.tables import Equipment, SignInFailure, Staff, StaffSession
from services.authority.usecases.secrets import machine_matches
from services.authority.usecases.tokens import Issued, issue_to_staff, standing_of
from shared.calendar.clock import JST
from shared.db import Work
from shared.ids import new_id
from shared.refusals import Refusal
from shared.trail import Access, Actor

BY_TYPING: Final = "authority.session.open"
BY_PASSKEY: Final = "authority.session.open_with_passkey"
LOCKED: Final = "sign-in-locked"
WRONG: Final = "invalid-credentials"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries, where, and how."""

    staff_id: str
    equipment_id: str
    equipment_secret: str
    request_id: str = ""
    passkey: bool = False


Last = Callable[[Work, Staff], str]
"""What can only be looked at while the outcome is written: a reason to refuse, or nothing."""


def settle(parts: AuthorityParts, attempt: Attempt, reason: str, last: Last) -> Callable[[Work], Issued | Refusal]:
    """The transaction that ends an attempt. `reason`: why it fails, empty where every proof was right.

    The record says the reason; the person is told `sign-in-locked`, a condition of duty, or `invalid-credentials`."""

    def write(work: Work) -> Issued | Refusal:
        staff = staff_by_id(work.session, attempt.staff_id)
        equipment = equipment_by_id(work.session, attempt.equipment_id)
        found = reason or (last(work, staff) if staff is not None and equipment is not None else WRONG)
        if not found:
            _forgive(work, attempt)
        elif found != LOCKED and attempt.staff_id:
            _count_failure(parts, work, attempt)
        duty = _duty_refusal(work, staff) if staff and not found else None
        work.record(_access(attempt, staff, equipment, found or duty or ""))
        if found or duty or staff is None or equipment is None:
            return Refusal(duty or (LOCKED if found == LOCKED else WRONG))
        session = StaffSession(id=new_id(), staff_id=staff.id, equipment_id=equipment.id, opened_at=parts.machine.now())
        work.session.add(session)
        return issue_to_staff(parts, work, staff, equipment, session.id)

    return write


def _duty_refusal(work: Work, staff: Staff) -> str | None:
    """What keeps somebody out who has proven who they are."""
    if work.is_frozen("account", staff.id):
        return "frozen"
    return refusal_of_duty(standing_of(staff), work.now.astimezone(JST).date())


def is_locked(parts: AuthorityParts, session: Session, staff_id: str) -> bool:
    """Whether failures in a row keep this account name out just now."""
    failure = failure_of(session, name_digest(staff_id))
    until = failure.locked_until if failure else None
    return until is not None and parts.machine.now() < until


def equipment_proven(parts: AuthorityParts, equipment: Equipment | None, attempt: Attempt) -> bool:
    """Whether the piece of equipment is in use and knows its secret; takes as long for one that does not exist."""
    stored = equipment.secret_digest if equipment is not None and equipment.ended_at is None else None
    return machine_matches(parts.keyring, "equipment", attempt.equipment_id, attempt.equipment_secret, stored)


def name_digest(staff_id: str) -> str:
    """Stands for an account name in the table of failures."""
    return hashlib.sha256(staff_id.encode()).hexdigest()


def _count_failure(parts: AuthorityParts, work: Work, attempt: Attempt) -> None:
    now = parts.machine.now()
    forget_failures(work, now - FORGET_AFTER)
    digest = name_digest(attempt.staff_id)
    failure = failure_of(work.session, digest) or SignInFailure(id=digest, failures=0, last_at=now)
    failure.failures += 1
    failure.last_at = now
    failure.locked_until = locked_until(failure.failures, now)
    work.session.add(failure)


def _forgive(work: Work, attempt: Attempt) -> None:
    failure = failure_of(work.session, name_digest(attempt.staff_id))
    if failure is not None:
        work.session.delete(failure)


def _access(attempt: Attempt, staff: Staff | None, equipment: Equipment | None, reason: str) -> Access:
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
        BY_PASSKEY if attempt.passkey else BY_TYPING,
        "session",
        known.id,
        channel="http",
        outcome="refused" if reason else "done",
        reason=reason,
        request_id=attempt.request_id,
    )
