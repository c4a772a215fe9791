"""The keyring: named, versioned keys with purposes, and the only door to them."""

import base64
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Any, Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.calendar.clock import Clock, SystemClock
from shared.crypto.errors import CipherDamaged, KeyDestroyed, KeyUnknown
from shared.crypto.fields import FieldCipher
from shared.crypto.file import FORMAT, Contents, KeyringFile
from shared.crypto.index import BlindIndex
from shared.crypto.root import NONCE_BYTES, RootKey, new_root, open_root
from shared.crypto.seal import check_seal, put_seal
from shared.crypto.signatures import Signer, fingerprint, new_seed, public_of

Purpose = Literal["wrap", "field", "index", "sign"]
PURPOSES: Final[tuple[Purpose, ...]] = ("wrap", "field", "index", "sign")
WRAP_FORMAT: Final = b"\x01"
Versions = Mapping[int, bytes]


@dataclass(frozen=True)
class KeyInfo:
    """One named key as a register shows it: never the key itself."""

    name: str
    purpose: str
    version: int
    oldest_version: int
    made_at: datetime
    rotated_at: datetime
    destroyed_at: datetime | None = None


class Keyring:
    """Keys by name, made on first use. What another process changes or destroys takes effect at the next call."""

    def __init__(self, file: KeyringFile, passphrase: str | None, clock: Clock) -> None:
        self._file = file
        self._passphrase = passphrase
        self._clock = clock
        self._lock = RLock()
        self._root: RootKey | None = None
        self._load(*file.read())

    @classmethod
    def create(cls, path: Path, passphrase: str | None = None, clock: Clock | None = None) -> "Keyring":
        """A new, empty keyring; refuses to overwrite one. Without a passphrase the file itself holds the root key."""
        if path.exists():
            raise FileExistsError(f"{path.name} exists; a keyring is never overwritten")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        facts, root = new_root(passphrase)
        file = KeyringFile(path)
        file.replace(put_seal({"format": FORMAT, "root": dict(facts), "keys": {}}, root))
        return cls(file, passphrase, clock or SystemClock())

    @classmethod
    def open(cls, path: Path, passphrase: str | None = None, clock: Clock | None = None) -> "Keyring":
        """An existing keyring; WrongPassphrase or KeyringDamaged where it cannot be trusted."""
        return cls(KeyringFile(path), passphrase, clock or SystemClock())

    def field_cipher(self, name: str) -> FieldCipher:
        """Encrypts single values, each bound to its table, column and row."""
        return FieldCipher(lambda: self.versions(name, "field"), lambda: self._held(name, "field"))

    def blind_index(self, name: str) -> BlindIndex:
        """Equality without the value. Its key never rotates: the owner would have to compute every index anew."""
        return BlindIndex(lambda: self.versions(name, "index"))

    def signer(self, name: str) -> Signer:
        """Signs with the current Ed25519 key of this name."""
        return Signer(max(self.versions(name, "sign").items()))

    def public_keys(self, name: str) -> dict[str, bytes]:
        """The public keys (32 bytes) by key id whose private halves are still held: what may still be trusted."""
        return {fingerprint(key): key for key in map(public_of, self.versions(name, "sign").values())}

    def all_public_keys(self, name: str) -> dict[str, bytes]:
        """As `public_keys`, with those retired and destroyed: what an old signature may be checked with."""
        public: Mapping[str, str] = self._keys().get(f"sign:{name}", {}).get("public", {})
        return {fingerprint(key): key for key in (base64.b64decode(text) for text in public.values())}

    def wrap(self, name: str, key: bytes, *, context: str) -> bytes:
        """Wraps a data key under the newest version of `name`, bound to `context`."""
        version, wrapping = max(self.versions(name, "wrap").items())
        nonce = os.urandom(NONCE_BYTES)
        head = WRAP_FORMAT + version.to_bytes(2, "big")
        return head + nonce + AESGCM(wrapping).encrypt(nonce, key, head + context.encode())

    def unwrap(self, name: str, wrapped: bytes, *, context: str) -> bytes:
        """The data key; KeyDestroyed when its wrapping key is gone, CipherDamaged when not of this context."""
        head, nonce, sealed = wrapped[:3], wrapped[3 : 3 + NONCE_BYTES], wrapped[3 + NONCE_BYTES :]
        wrapping = self._held(name, "wrap").get(wrapped_version(wrapped))
        if wrapping is None:
            raise KeyDestroyed(f"key {name} of this version is gone")
        try:
            return AESGCM(wrapping).decrypt(nonce, sealed, head + context.encode())
        except (InvalidTag, ValueError):
            raise CipherDamaged("a wrapped key does not open") from None

    def rotate(self, name: str) -> Sequence[KeyInfo]:
        """Makes the next version of every key of this name (index keys stay); older ones still open what they made."""
        with self._changing() as keys:
            held = [entry_id for entry_id in _ids_of(name, keys) if keys[entry_id]["versions"]]
            mine = [entry_id for entry_id in held if not entry_id.startswith("index:")]
            if not mine:
                raise KeyUnknown(f"no key {name} that can rotate")
            for entry_id in mine:
                self._add_version(keys[entry_id], entry_id)
        return [_info(entry_id, self._keys()[entry_id]) for entry_id in mine]

    def retire(self, name: str, purpose: Purpose, before: int) -> None:
        """Drops versions older than `before`; everything under them must have been made anew."""
        with self._changing(shred=True) as keys:
            sealed: dict[str, str] = keys.get(f"{purpose}:{name}", {}).get("versions", {})
            for old in [number for number in sealed if int(number) < before]:
                del sealed[old]

    def destroy(self, name: str) -> dict[str, Any]:
        """Destroys every key of this name and all they protect. Returns the certificate's facts."""
        with self._changing(shred=True) as keys:
            for entry_id in _ids_of(name, keys):
                entry = keys[entry_id]
                if entry["versions"]:
                    entry["versions"] = {}
                    entry["destroyed_at"] = self._now()
            ended = {entry_id: keys[entry_id] for entry_id in _ids_of(name, keys)}
        return {
            "name": name,
            "keys": [
                {"purpose": entry_id.split(":", 1)[0], "versions": entry["made"], "destroyed_at": entry["destroyed_at"]}
                for entry_id, entry in ended.items()
            ],
        }

    def list(self) -> list[KeyInfo]:
        """Every key with its purpose, versions and dates; destroyed ones too."""
        return [_info(entry_id, entry) for entry_id, entry in sorted(self._keys().items())]

    def versions(self, name: str, purpose: Purpose) -> Versions:
        """The key's versions still held; makes the key when there is none."""
        held = self._held(name, purpose)
        return held or self._make(name, purpose)

    def _held(self, name: str, purpose: Purpose) -> Versions:
        with self._lock:
            entry_id = f"{purpose}:{name}"
            sealed = self._keys().get(entry_id, {}).get("versions", {})
            if entry_id not in self._open:
                root = self._rooted()
                self._open[entry_id] = {
                    int(number): root.unseal(base64.b64decode(text), f"{entry_id}:{number}")
                    for number, text in sealed.items()
                }
            return self._open[entry_id]

    def _make(self, name: str, purpose: Purpose) -> Versions:
        entry_id = f"{purpose}:{name}"
        with self._changing() as keys:
            entry = keys.setdefault(entry_id, {"made": 0, "versions": {}, "made_at": self._now()})
            if not entry["versions"]:
                entry["destroyed_at"] = None
                self._add_version(entry, entry_id)
        return self._held(name, purpose)

    def _add_version(self, entry: Contents, entry_id: str) -> None:
        # Numbers never come back, so that nothing written under a destroyed version can meet a new key.
        entry["made"] += 1
        entry["rotated_at"] = self._now()
        key = new_seed()
        sealed = self._rooted().seal(key, f"{entry_id}:{entry['made']}")
        entry["versions"][str(entry["made"])] = base64.b64encode(sealed).decode()
        if entry_id.startswith("sign:"):
            entry.setdefault("public", {})[str(entry["made"])] = base64.b64encode(public_of(key)).decode()

    @contextmanager
    def _changing(self, *, shred: bool = False) -> Iterator[dict[str, Contents]]:
        """One change of the file: lock, read afresh, change, replace; nothing is written when the change fails."""
        with self._lock, self._file.exclusive():
            self._load(*self._file.read_locked())
            try:
                yield self._contents["keys"]
                self._file.replace(put_seal(self._contents, self._rooted()), shred_old=shred)
            finally:
                self._load(*self._file.read_locked())

    def _load(self, stamp: tuple[int, int, int], contents: Contents) -> None:
        if self._root is None:
            self._root = open_root(contents["root"], self._passphrase)
        check_seal(contents, self._root, needs_passphrase=contents["root"].get("kind") != "file")
        self._stamp, self._contents = stamp, contents
        self._open: dict[str, Versions] = {}

    def _keys(self) -> dict[str, Contents]:
        with self._lock:
            if self._file.stamp() != self._stamp:
                self._load(*self._file.read())
            keys: dict[str, Contents] = self._contents["keys"]
            return keys

    def _rooted(self) -> RootKey:
        if self._root is None:
            raise KeyUnknown("the keyring is not open")
        return self._root

    def _now(self) -> str:
        return self._clock.now().astimezone(UTC).isoformat(timespec="milliseconds")


def wrapped_version(wrapped: bytes) -> int:
    """The version of the wrapping key that a wrapped key names."""
    if wrapped[:1] != WRAP_FORMAT or len(wrapped) < 3 + NONCE_BYTES + 16:
        raise CipherDamaged("not a wrapped key")
    return int.from_bytes(wrapped[1:3], "big")


def _ids_of(name: str, keys: Mapping[str, Contents]) -> list[str]:
    return [entry_id for entry_id in (f"{purpose}:{name}" for purpose in PURPOSES) if entry_id in keys]


def _info(entry_id: str, entry: Contents) -> KeyInfo:
    purpose, name = entry_id.split(":", 1)
    held = [int(number) for number in entry["versions"]]
    ended = entry.get("destroyed_at")
    return KeyInfo(
        name=name, purpose=purpose, version=entry["made"], oldest_version=min(held, default=entry["made"]),
        made_at=datetime.fromisoformat(entry["made_at"]), rotated_at=datetime.fromisoformat(entry["rotated_at"]),
        destroyed_at=datetime.fromisoformat(ended) if ended else None,
    )  # fmt: skip
