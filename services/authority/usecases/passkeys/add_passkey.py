"""A person who has just signed in adds a passkey to their account."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlmodel import Session
from webauthn import generate_registration_options
from webauthn.helpers import options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.authority.parts import AuthorityParts
from services.authority.storage.passkeys import passkey_by_credential, passkeys_in_use
from services.authority.storage.sessions import session_of_token
from services.authority.storage.tables import Passkey
from services.authority.usecases.passkeys.answers import Answer, Made, made
from services.authority.usecases.passkeys.challenges import adding, new_challenge, use_up
from shared.auth.caller import Caller
from shared.db import Work
from shared.ids import new_id
from shared.refusals import Refusal

HOUSE: Final = "照会 Shokai"
MOST: Final = 10
LATELY: Final = timedelta(minutes=15)
"""So long after signing in; whoever finds a machine unlocked later leaves no key of their own behind."""


def ask_for_passkey(parts: AuthorityParts, caller: Caller) -> Callable[[Session], dict[str, Any]]:
    """What `navigator.credentials.create` is to be given. Refusals `sign-in-again`, `passkeys-enough`."""

    def read(session: Session) -> dict[str, Any]:
        known = _may_add(parts, session, caller)
        staff_id = caller.principal.id
        options = generate_registration_options(
            rp_id=parts.settings.passkey_host,
            rp_name=HOUSE,
            user_id=user_handle(staff_id),
            user_name=staff_id,
            user_display_name=staff_id,
            challenge=new_challenge(parts, adding(staff_id)),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one.credential_id) for one in known],
        )
        return options_to_json_dict(options)

    return read


def add_passkey(parts: AuthorityParts, caller: Caller, answer: Answer) -> Callable[[Work], dict[str, Any]]:
    """Keeps the public key that an authenticator made. Refusals: as above, and `passkey-not-accepted`."""
    found = made(parts, answer, adding(caller.principal.id))

    def write(work: Work) -> dict[str, Any]:
        _may_add(parts, work.session, caller)
        if found is None or not use_up(work, found.challenge):
            raise Refusal("passkey-not-accepted")
        if passkey_by_credential(work.session, found.credential_id) is not None:
            raise Refusal("passkey-not-accepted")
        passkey = _kept(found, caller, work)
        work.session.add(passkey)
        work.record(caller.access("authority.passkey.add", "passkey", passkey.id))
        return passkey_view(passkey)

    return write


def passkey_view(passkey: Passkey) -> dict[str, Any]:
    """A passkey as its owner sees it."""
    return {
        "id": passkey.id,
        "staff_id": passkey.staff_id,
        "equipment": passkey.equipment_id,
        "synced": passkey.synced,
        "added_at": passkey.added_at.isoformat(),
        "used_at": passkey.used_at.isoformat() if passkey.used_at else None,
        "ended_at": passkey.ended_at.isoformat() if passkey.ended_at else None,
    }


def user_handle(staff_id: str) -> bytes:
    """What an authenticator keeps an account under; it tells nothing about the person (section 14.6.1)."""
    return hashlib.sha256(f"shokai/{staff_id}".encode()).digest()


def _may_add(parts: AuthorityParts, session: Session, caller: Caller) -> list[Passkey]:
    """The passkeys that the caller has, where one more may be added."""
    here = session_of_token(session, caller.principal.token_id)
    if here is None or parts.machine.now() > here.opened_at + LATELY:
        raise Refusal("sign-in-again")
    known = passkeys_in_use(session, caller.principal.id)
    if len(known) >= MOST:
        raise Refusal("passkeys-enough", most=MOST)
    return known


def _kept(found: Made, caller: Caller, work: Work) -> Passkey:
    return Passkey(
        id=new_id(),
        staff_id=caller.principal.id,
        credential_id=found.credential_id,
        public_key=found.public_key,
        counter=found.counter,
        synced=found.synced,
        equipment_id=caller.principal.equipment,
        added_at=work.now,
    )
