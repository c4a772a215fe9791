"""A witness's folder: its key, the logs that it trusts, and its book."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.domain.notes import COSIGNATURE, VerifierKey, is_key_name, verifier_key
from shared.crypto.durable import write_durably
from shared.refusals import Refusal

KEY: Final = "key"
PUBLIC_KEY: Final = "public-key"
LOGS: Final = "logs"
BOOK: Final = "book"
_PRIVATE: Final = "PRIVATE+KEY"


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """The private key, and the verifier key that is handed out."""

    private: Ed25519PrivateKey
    verifier: VerifierKey

    @property
    def text(self) -> str:
        """The private key as it lies in its file: PRIVATE+KEY+name+id+key."""
        typed = base64.b64encode(bytes((COSIGNATURE,)) + self.private.private_bytes_raw()).decode()
        return f"{_PRIVATE}+{self.verifier.name}+{self.verifier.key_id.hex()}+{typed}"


def make_folder(folder: Path, name: str) -> VerifierKey:
    """A new witness with a new key. Refusal `witness-there` over an old one, `key-unreadable` for an unfit name."""
    if not is_key_name(name):
        raise Refusal("key-unreadable")
    if (folder / KEY).exists():
        raise Refusal("witness-there")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = _key(name, Ed25519PrivateKey.generate())
    write_durably(folder / PUBLIC_KEY, f"{key.verifier.text}\n".encode())
    write_durably(folder / KEY, f"{key.text}\n".encode())
    return key.verifier


def trust(folder: Path, log_key: str) -> VerifierKey:
    """Witness that log from now on; a log's further key is added beside its first. Refusal `key-unreadable`."""
    key = verifier_key(log_key)
    known = [one.text for keys in trusted(folder).values() for one in keys]
    if key.text not in known:
        write_durably(folder / LOGS, "".join(f"{line}\n" for line in [*known, key.text]).encode())
    return key


def trusted(folder: Path) -> Mapping[str, tuple[VerifierKey, ...]]:
    """The keys of each log by its origin. A key signs for the log of its own name."""
    file = folder / LOGS
    found: dict[str, tuple[VerifierKey, ...]] = {}
    for line in file.read_text().splitlines() if file.exists() else ():
        key = verifier_key(line)
        found[key.name] = (*found.get(key.name, ()), key)
    return found


def key_of(folder: Path) -> WitnessKey:
    """The witness's key. Refusal `key-unreadable` where there is none."""
    try:
        text = (folder / KEY).read_text().strip()
        name, _, encoded = text.removeprefix(_PRIVATE + "+").split("+", 2)
        typed = base64.b64decode(encoded, validate=True)
        key = _key(name, Ed25519PrivateKey.from_private_bytes(typed[1:]))
    except (OSError, ValueError):
        raise Refusal("key-unreadable") from None
    if key.text != text:
        raise Refusal("key-unreadable")
    return key


def _key(name: str, private: Ed25519PrivateKey) -> WitnessKey:
    return WitnessKey(private, VerifierKey(name, private.public_key().public_bytes_raw(), COSIGNATURE))
