"""What a witness signs: a checkpoint extends all that it saw of the log before (C2SP tlog-cosignature, Ed25519)."""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from services.audit.domain.notes import Check, Note, Signature, VerifierKey

_HEADER: Final = "cosignature/v1"
_TIME_BYTES: Final = 8
_LATEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A witness's statement. `at`: when it was made, in seconds since 1970; `line`: its signature line."""

    witness: str
    at: int
    line: str


def cosigned(text: str, key: VerifierKey, at: int, sign: Callable[[bytes], bytes]) -> Cosigned:
    """The statement over the checkpoint `text`, made at `at`."""
    signature = struct.pack(">Q", at) + sign(_message(text, at))
    return Cosigned(key.name, at, Signature(key.name, key.key_id, signature).line)


def cosignature_in(note: Note, key: VerifierKey, check: Check) -> Cosigned | None:
    """The newest statement of that witness under the note; None where it made none, or one of them is wrong."""
    found = [_opened(note.text, key, signature, check) for signature in note.of_key(key)]
    right = [one for one in found if one is not None]
    return max(right, key=lambda one: one.at) if right and len(right) == len(found) else None


def with_cosignatures(note: str, lines: Iterable[str]) -> str:
    """The signed note with further signature lines, each once."""
    return note + "".join(line for line in dict.fromkeys(lines) if line not in note)


def _opened(text: str, key: VerifierKey, signature: Signature, check: Check) -> Cosigned | None:
    if len(signature.value) <= _TIME_BYTES:
        return None
    (at,) = struct.unpack_from(">Q", signature.value)
    right = at <= _LATEST and check(key.public_key, signature.value[_TIME_BYTES:], _message(text, at))
    return Cosigned(key.name, at, signature.line) if right else None


def _message(text: str, at: int) -> bytes:
    return f"{_HEADER}\ntime {at}\n{text}".encode()
