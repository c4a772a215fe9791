"""The field cipher: single values at rest, each bound to the table, column and row that it stands in.

AES-256-GCM-SIV (RFC 8452): a repeated nonce would show equality, never the key. Layout: format, key version (2 bytes),
nonce (12), ciphertext and tag."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from shared.crypto.errors import CipherDamaged, KeyDestroyed

FORMAT: Final = b"\x01"
NONCE_BYTES: Final = 12
HEAD_BYTES: Final = 3 + NONCE_BYTES
Versions = Mapping[int, bytes]


class FieldCipher:
    """Encrypts and decrypts text. A value moved to another place or row, or altered, is refused with CipherDamaged."""

    def __init__(self, to_encrypt: Callable[[], Versions], to_decrypt: Callable[[], Versions]) -> None:
        self._to_encrypt = to_encrypt
        self._to_decrypt = to_decrypt

    def encrypt(self, value: str, *, place: str, row: str) -> bytes:
        """One value; `place` is "table.column"."""
        return self.encrypt_many([value], place=place, rows=[row])[0]

    def decrypt(self, sealed: bytes, *, place: str, row: str) -> str:
        """The value that `encrypt` was given for the same place and row."""
        return self.decrypt_many([sealed], place=place, rows=[row])[0]

    def encrypt_many(self, values: Sequence[str], *, place: str, rows: Sequence[str]) -> list[bytes]:
        """A column of values, about 2 microseconds each."""
        version, key = max(self._to_encrypt().items())
        encrypt = AESGCMSIV(key).encrypt
        head, prefix = head_of(version), _bound(place)
        nonces = os.urandom(NONCE_BYTES * len(values))
        sealed = []
        for at, (value, row) in enumerate(zip(values, rows, strict=True)):
            nonce = nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]
            sealed.append(head + nonce + encrypt(nonce, value.encode(), prefix + row.encode()))
        return sealed

    def decrypt_many(self, sealed: Sequence[bytes], *, place: str, rows: Sequence[str]) -> list[str]:
        """A column of values as `encrypt_many` made it."""
        ciphers = {head_of(version): AESGCMSIV(key) for version, key in self._to_decrypt().items()}
        prefix = _bound(place)
        return [_decrypt(ciphers, one, prefix + row.encode()) for one, row in zip(sealed, rows, strict=True)]


def head_of(version: int) -> bytes:
    """How each value begins that is sealed under this version of its key."""
    return FORMAT + version.to_bytes(2, "big")


def _decrypt(ciphers: Mapping[bytes, AESGCMSIV], sealed: bytes, bound: bytes) -> str:
    if sealed[:1] != FORMAT or len(sealed) < HEAD_BYTES:
        raise CipherDamaged("not a sealed value")
    cipher = ciphers.get(sealed[:3])
    if cipher is None:
        raise KeyDestroyed("the key of this value is gone")
    try:
        return cipher.decrypt(sealed[3:HEAD_BYTES], sealed[HEAD_BYTES:], bound).decode()
    except (InvalidTag, ValueError):
        raise CipherDamaged("a sealed value does not open here") from None


def _bound(place: str) -> bytes:
    # The length keeps "a.b" + "c" apart from "a." + "bc".
    name = place.encode()
    return len(name).to_bytes(2, "big") + name
