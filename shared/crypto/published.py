"""Public keys by key id, straight out of a keyring: for processes that stand on the same one as the signer."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.crypto.keyring import Keyring

TOKENS: Final = "authority.tokens"


class KeyringKeys:
    """Finds the keys that a name of the keyring signs with now, or signed with before its last rotation."""

    def __init__(self, keyring: Keyring, name: str = TOKENS) -> None:
        self._keyring = keyring
        self._name = name
        self._found: dict[str, Ed25519PublicKey] = {}

    def find(self, kid: str) -> Ed25519PublicKey | None:
        """The public key, or None when no key of this id may be trusted."""
        raw = self._keyring.public_keys(self._name).get(kid)
        if raw is None:
            return None
        if kid not in self._found:
            self._found[kid] = Ed25519PublicKey.from_public_bytes(raw)
        return self._found[kid]
