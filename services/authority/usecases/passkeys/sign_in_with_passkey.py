"""A staff member signs in at a piece of equipment with a passkey: nothing to type, nothing to be told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session
from webauthn import generate_authentication_options
from webauthn.helpers import options_to_json_dict
from webauthn.helpers.structs import UserVerificationRequirement

from services.authority.domain.passkeys import counter_goes_on
from services.authority.parts import AuthorityParts
from services.authority.storage.passkeys import passkey_by_credential
from services.authority.storage.registers import equipment_by_id
from services.authority.storage.tables import Equipment, Passkey, Staff
from services.authority.usecases.passkeys.answers import Answer, Signed, credential_of, signed
from services.authority.usecases.passkeys.challenges import SIGN_IN, new_challenge, use_up
from services.authority.usecases.sign_in_outcome import LOCKED, WRONG, Attempt, equipment_proven, is_locked, settle
from services.authority.usecases.tokens import Issued
from shared.db import Work
from shared.refusals import Refusal


@dataclass(frozen=True, slots=True)
class PasskeySignIn:
    """What the authenticator answers and what the equipment adds."""

    answer: Answer
    equipment_id: str
    equipment_secret: str
    request_id: str = ""


def ask_for_signature(parts: AuthorityParts) -> dict[str, Any]:
    """What `navigator.credentials.get` is to be given; nothing is kept of it."""
    options = generate_authentication_options(
        rp_id=parts.settings.passkey_host,
        challenge=new_challenge(parts, SIGN_IN),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


async def sign_in_with_passkey(parts: AuthorityParts, sign_in: PasskeySignIn) -> Issued:
    """A token for ten minutes. Refused and recorded like a sign-in with a password, with its own reasons."""
    passkey, equipment, locked = await parts.db.read(_look_up(parts, sign_in))
    staff_id = passkey.staff_id if passkey else ""
    attempt = Attempt(staff_id, sign_in.equipment_id, sign_in.equipment_secret, sign_in.request_id, passkey=True)
    found = signed(parts, sign_in.answer, SIGN_IN, passkey.public_key if passkey else b"")
    if locked:
        reason = LOCKED
    elif passkey is None or passkey.ended_at is not None:
        reason = "passkey-unknown"
    elif found is None:
        reason = "passkey-invalid"
    else:
        reason = "" if equipment_proven(parts, equipment, attempt) else WRONG
    outcome = await parts.db.write(settle(parts, attempt, reason, _take(sign_in, found)))
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _look_up(
    parts: AuthorityParts, sign_in: PasskeySignIn
) -> Callable[[Session], tuple[Passkey | None, Equipment | None, bool]]:
    def read(session: Session) -> tuple[Passkey | None, Equipment | None, bool]:
        passkey = passkey_by_credential(session, credential_of(sign_in.answer))
        locked = passkey is not None and is_locked(parts, session, passkey.staff_id)
        return passkey, equipment_by_id(session, sign_in.equipment_id), locked

    return read


def _take(sign_in: PasskeySignIn, found: Signed | None) -> Callable[[Work, Staff], str]:
    """Uses up the challenge, and follows the authenticator's counter: what falls behind it is a copy."""

    def take(work: Work, _: Staff) -> str:
        passkey = passkey_by_credential(work.session, credential_of(sign_in.answer))
        if found is None or passkey is None or passkey.ended_at is not None:
            return "passkey-unknown"
        if not use_up(work, found.challenge):
            return "passkey-used"
        if not counter_goes_on(passkey.counter, found.counter):
            return "passkey-copied"
        passkey.counter, passkey.used_at = found.counter, work.now
        work.session.add(passkey)
        return ""

    return take
