"""Challenges that authenticators sign: nothing is kept of one until it comes back, and it comes back once."""

import hashlib
import hmac
import os
from datetime import UTC, datetime, timedelta
from typing import Final

from services.authority.parts import AuthorityParts
from services.authority.storage.sessions import assertion_was_used
from services.authority.storage.tables import UsedAssertion
from services.authority.usecases.secrets import MACHINE_SECRETS
from shared.db import Work

LIFE: Final = timedelta(minutes=5)
RANDOM_BYTES: Final = 16
HEAD_BYTES: Final = RANDOM_BYTES + 8
SIGN_IN: Final = "sign-in"


def adding(staff_id: str) -> str:
    """What a challenge is for when that person adds a passkey."""
    return f"add/{staff_id}"


def new_challenge(parts: AuthorityParts, what_for: str) -> bytes:
    """Random bytes, the second in which they end, and our mark over both."""
    ends = int((parts.machine.now() + LIFE).timestamp())
    head = os.urandom(RANDOM_BYTES) + ends.to_bytes(8, "big")
    return head + _mark(parts, what_for, head)


def still_good(parts: AuthorityParts, what_for: str, challenge: bytes) -> bool:
    """Whether we made it for this purpose, and not too long ago."""
    head, mark = challenge[:HEAD_BYTES], challenge[HEAD_BYTES:]
    ours = hmac.compare_digest(mark, _mark(parts, what_for, head))
    return ours and parts.machine.now() <= _ends(challenge)


def use_up(work: Work, challenge: bytes) -> bool:
    """Takes a challenge that is still good; False when it was taken before."""
    identity = hashlib.sha256(b"passkey\n" + challenge).hexdigest()
    if assertion_was_used(work.session, identity):
        return False
    work.session.add(UsedAssertion(id=identity, expires_at=_ends(challenge) + timedelta(seconds=1)))
    return True


def _ends(challenge: bytes) -> datetime:
    return datetime.fromtimestamp(int.from_bytes(challenge[RANDOM_BYTES:HEAD_BYTES], "big"), UTC)


def _mark(parts: AuthorityParts, what_for: str, head: bytes) -> bytes:
    return parts.keyring.blind_index(MACHINE_SECRETS).of(head.hex(), scope=f"passkey-challenge/{what_for}")
