"""Signed notes (C2SP signed-note) with Ed25519 keys. Signing and checking are handed in: no cipher is known here."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from shared.refusals import Refusal

ED25519: Final = 1
COSIGNATURE: Final = 4  # what a witness signs with: C2SP tlog-cosignature, cosignature/v1
PUBLIC_KEY_BYTES: Final = 32
MOST_SIGNATURES: Final = 64
_DASH: Final = "— "

Check = Callable[[bytes, bytes, bytes], bool]  # public key, signature, data


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key, the name under which it signs, and what it signs: notes (`ED25519`) or cosignatures."""

    name: str
    public_key: bytes
    kind: int = ED25519

    @property
    def key_id(self) -> bytes:
        """Four bytes that, with the name, tell which key made a signature."""
        return hashlib.sha256(self.name.encode() + b"\n" + self._typed).digest()[:4]

    @property
    def text(self) -> str:
        """The key as it is handed out: name+id+key."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self._typed).decode()}"

    @property
    def _typed(self) -> bytes:
        return bytes((self.kind,)) + self.public_key


def verifier_key(text: str, kind: int = ED25519) -> VerifierKey:
    """The key of that kind that `text` writes out. Refusal `key-unreadable` where it writes out none."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    typed = _decoded(encoded, "key-unreadable")
    key = VerifierKey(name, typed[1:], kind)
    if not is_key_name(name) or typed[:1] != bytes((kind,)) or len(typed) != PUBLIC_KEY_BYTES + 1:
        raise Refusal("key-unreadable")
    if key.key_id.hex() != key_id:
        raise Refusal("key-unreadable")
    return key


def is_key_name(name: str) -> bool:
    """Whether C2SP allows `name` for a key, and this project for the origin of a log."""
    return bool(name) and name.isprintable() and not any(letter.isspace() or letter == "+" for letter in name)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note."""

    name: str
    key_id: bytes
    value: bytes

    @property
    def line(self) -> str:
        """The signature as it stands under the note."""
        return f"{_DASH}{self.name} {base64.b64encode(self.key_id + self.value).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it, not yet checked."""

    text: str
    signatures: tuple[Signature, ...]

    def is_signed_by(self, key: VerifierKey, check: Check) -> bool:
        """Whether a signature of that key is there and right, and none of that key is wrong."""
        own = self.of_key(key)
        return bool(own) and all(check(key.public_key, found.value, self.text.encode()) for found in own)

    def of_key(self, key: VerifierKey) -> tuple[Signature, ...]:
        """The signatures that name the key, not yet checked."""
        return tuple(found for found in self.signatures if (found.name, found.key_id) == (key.name, key.key_id))


def signed(text: str, key: VerifierKey, sign: Callable[[bytes], bytes]) -> str:
    """The note of `text` with one signature."""
    return f"{text}\n{Signature(key.name, key.key_id, sign(text.encode())).line}"


def signed_by(note: Note, keys: Iterable[VerifierKey]) -> str:
    """The note with the signatures of these keys alone."""
    return f"{note.text}\n" + "".join(found.line for key in keys for found in note.of_key(key))


def note_of(data: bytes) -> Note:
    """The note in `data`. Refusal `note-unreadable` unless it has the form of C2SP signed-note."""
    try:
        whole = data.decode()
    except ValueError:
        raise Refusal("note-unreadable") from None
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or any(letter < " " and letter != "\n" for letter in whole):
        raise Refusal("note-unreadable")
    return Note(text + "\n", signatures_of(lines))


def signatures_of(lines: str) -> tuple[Signature, ...]:
    """The signature lines of a note, or of a witness's answer. Refusal `note-unreadable` for any other form."""
    if not lines.endswith("\n"):
        raise Refusal("note-unreadable")
    return tuple(_signatures(lines[:-1].split("\n")))


def _signatures(lines: list[str]) -> Iterable[Signature]:
    if len(lines) > MOST_SIGNATURES:
        raise Refusal("note-unreadable")
    for line in lines:
        name, space, encoded = line.removeprefix(_DASH).partition(" ")
        value = _decoded(encoded, "note-unreadable")
        if not (line.startswith(_DASH) and space and is_key_name(name) and len(value) > 4):
            raise Refusal("note-unreadable")
        yield Signature(name, value[:4], value[4:])


def _decoded(encoded: str, code: str) -> bytes:
    try:
        return base64.b64decode(encoded.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(code) from None
