"""Checkpoints as in C2SP tlog-checkpoint: what the log signs about itself."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from services.audit.domain.merkle import HASH_BYTES
from shared.refusals import Refusal

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log `origin` has `size` records, and their tree has this root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text of the note."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def checkpoint_of(text: str) -> Checkpoint:
    """The checkpoint that a note's text states. Refusal `checkpoint-unreadable` for any other form."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or not text.endswith("\n") or not all(lines) or not _SIZE.fullmatch(lines[1]):
        raise Refusal("checkpoint-unreadable")
    try:
        root = base64.b64decode(lines[2].encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise Refusal("checkpoint-unreadable") from None
    if len(root) != HASH_BYTES:
        raise Refusal("checkpoint-unreadable")
    return Checkpoint(lines[0], int(lines[1]), root)
