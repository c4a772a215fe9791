"""Secrets of people and machines: what is stored cannot be turned back, and checking takes the same time either way."""

import hmac
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.crypto.keyring import Keyring

MACHINE_SECRETS: Final = "authority.secrets"
STAFF_FIELDS: Final = "authority.staff"
# One of the settings that OWASP's cheat sheet on password storage names as equal: 46 MiB, one pass, one lane.
_HASHER: Final = PasswordHasher(memory_cost=47104, time_cost=1, parallelism=1)


def password_hash(password: str) -> str:
    """Argon2id with a fresh salt; takes some 60 milliseconds, so never in a transaction."""
    return _HASHER.hash(password)


def password_matches(stored: str | None, password: str) -> bool:
    """Checks a password; an account that does not exist takes as long."""
    try:
        return _HASHER.verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def machine_digest(keyring: Keyring, kind: str, name: str, secret: str) -> bytes:
    """A keyed digest of a client's or equipment's secret: worthless without the keyring, quick with it."""
    return keyring.blind_index(MACHINE_SECRETS).of(secret, scope=f"{kind}/{name}")


def machine_matches(keyring: Keyring, kind: str, name: str, secret: str, stored: bytes | None) -> bool:
    """Checks a secret in constant time; what does not exist takes as long."""
    found = machine_digest(keyring, kind, name, secret)
    return hmac.compare_digest(found, stored or bytes(len(found))) and stored is not None


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody")
