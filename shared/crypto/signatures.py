"""Ed25519 signatures (RFC 8032) under keys of the keyring."""

import hashlib
import os

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


class Signer:
    """Signs with one version of a signing key."""

    def __init__(self, version_and_seed: tuple[int, bytes]) -> None:
        self.version, seed = version_and_seed
        self._private = Ed25519PrivateKey.from_private_bytes(seed)

    def sign(self, data: bytes) -> bytes:
        """A signature of 64 bytes."""
        return self._private.sign(data)

    @property
    def public_key(self) -> bytes:
        """The raw public key, 32 bytes."""
        return self._private.public_key().public_bytes_raw()

    @property
    def private_key(self) -> Ed25519PrivateKey:
        """The key object, for libraries that sign by themselves (JWT)."""
        return self._private

    @property
    def key_id(self) -> str:
        """Names the public key wherever it is published."""
        return fingerprint(self.public_key)


def verify(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """Whether the signature is that key's over that data."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def fingerprint(public_key: bytes) -> str:
    """The key id: 16 hexadecimal digits of the public key's SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]


def new_seed() -> bytes:
    """32 bytes from the system's random source: a key for any purpose of the keyring."""
    return os.urandom(32)


def public_of(seed: bytes) -> bytes:
    """The public key that belongs to a private seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
