"""The keyring file's seal: a digest under the root key, so that no entry can be added, dropped or changed unseen."""

import base64
import hashlib
import json

from shared.crypto.errors import KeyringDamaged, WrongPassphrase
from shared.crypto.file import Contents
from shared.crypto.root import RootKey


def put_seal(contents: Contents, root: RootKey) -> Contents:
    """The contents with their seal."""
    sealed = root.seal(_digest(contents), "keyring")
    return {**contents, "seal": base64.b64encode(sealed).decode()}


def check_seal(contents: Contents, root: RootKey, *, needs_passphrase: bool) -> None:
    """Refuses contents that are not the ones sealed."""
    try:
        sealed = root.unseal(base64.b64decode(str(contents.get("seal", ""))), "keyring")
    except (KeyringDamaged, ValueError):
        if needs_passphrase:
            raise WrongPassphrase("the passphrase does not open this keyring, or it was altered") from None
        raise KeyringDamaged("the keyring's seal does not open") from None
    if sealed != _digest(contents):
        raise KeyringDamaged("the keyring was altered")


def _digest(contents: Contents) -> bytes:
    unsealed = {name: value for name, value in contents.items() if name != "seal"}
    return hashlib.sha256(json.dumps(unsealed, sort_keys=True, separators=(",", ":")).encode()).digest()
