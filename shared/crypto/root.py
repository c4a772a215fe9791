"""The root of trust: what seals the keys of the keyring. A file by default; an HSM fits behind the same two calls."""

import base64
import os
from collections.abc import Mapping
from typing import Final, Protocol

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.crypto.errors import KeyringDamaged, WrongPassphrase

# RFC 9106 section 4, second recommended option, with one lane: 64 MiB, three passes.
ARGON2: Final = {"time_cost": 3, "memory_kib": 65536, "lanes": 1}
NONCE_BYTES: Final = 12


class RootKey(Protocol):
    """Seals keys. The seam for PKCS#11: an HSM implements these calls and its key never leaves it."""

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypts `plain`, bound to `context`."""

    def unseal(self, sealed: bytes, context: str) -> bytes:
        """The plain bytes; KeyringDamaged when altered or bound to another context."""


class LocalRoot:
    """A root key held in this process's memory."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, context: str) -> bytes:
        """Encrypts `plain`, bound to `context`."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, context.encode())

    def unseal(self, sealed: bytes, context: str) -> bytes:
        """The plain bytes; KeyringDamaged when altered or bound to another context."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):
            raise KeyringDamaged("a key of the keyring does not open under its root key") from None


def new_root(passphrase: str | None) -> tuple[Mapping[str, object], LocalRoot]:
    """A fresh root key, and what the file has to say about it (with a passphrase: how to derive it, never the key)."""
    if passphrase is None:
        key = os.urandom(32)
        return {"kind": "file", "key": base64.b64encode(key).decode()}, LocalRoot(key)
    facts = {"kind": "argon2id", "salt": base64.b64encode(os.urandom(16)).decode(), **ARGON2}
    return facts, LocalRoot(_derive(passphrase, facts))


def open_root(facts: Mapping[str, object], passphrase: str | None) -> LocalRoot:
    """The root key that the file's facts describe."""
    if facts.get("kind") == "file":
        return LocalRoot(base64.b64decode(str(facts["key"])))
    if passphrase is None:
        raise WrongPassphrase("this keyring needs a passphrase")
    return LocalRoot(_derive(passphrase, facts))


def _derive(passphrase: str, facts: Mapping[str, object]) -> bytes:
    return hash_secret_raw(
        passphrase.encode(), base64.b64decode(str(facts["salt"])), time_cost=int(str(facts["time_cost"])),
        memory_cost=int(str(facts["memory_kib"])), parallelism=int(str(facts["lanes"])), hash_len=32, type=Type.ID,
    )  # fmt: skip
