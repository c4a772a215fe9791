"""How a log asks a witness, and when a witness agrees: C2SP tlog-witness, add-checkpoint."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.audit.domain.checkpoints import Checkpoint, checkpoint_of
from services.audit.domain.merkle import EMPTY_ROOT, HASH_BYTES
from services.audit.domain.notes import Note, note_of
from services.audit.domain.proofs import proves_consistency
from shared.refusals import Refusal

MOST_HASHES: Final = 63
MOST_BYTES: Final = 64 * 1024
SIZE_TYPE: Final = "text/x.tlog.size"
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint that a log lays before a witness, with the proof that it extends its checkpoint of size `old`."""

    old: int
    proof: tuple[bytes, ...]
    note: Note
    checkpoint: Checkpoint


def submission_text(old: int, proof: Sequence[bytes], note: str) -> str:
    """The body of a request."""
    hashes = "".join(f"{base64.b64encode(node).decode()}\n" for node in proof)
    return f"old {old}\n{hashes}\n{note}"


def submission_of(body: bytes) -> Submission:
    """The submission in a request's body. Refusal `submission-unreadable` for any other form."""
    head, blank, note_bytes = body.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
        proof = tuple(base64.b64decode(line.encode(), validate=True) for line in lines)
        note = note_of(note_bytes)
        checkpoint = checkpoint_of(note.text)
    except (ValueError, binascii.Error, Refusal):
        raise Refusal("submission-unreadable") from None
    old = _OLD.fullmatch(first)
    if not blank or old is None or len(proof) > MOST_HASHES or any(len(node) != HASH_BYTES for node in proof):
        raise Refusal("submission-unreadable")
    if int(old[1]) > checkpoint.size:
        raise Refusal("submission-unreadable")
    return Submission(int(old[1]), proof, note, checkpoint)


def agree(submission: Submission, seen: Checkpoint | None) -> None:
    """Whether the submission extends what the witness saw last (None: nothing yet).

    Refusal `size-differs` where the log builds on another size than that, `root-differs` for another tree of that size,
    `proof-wrong` where the new tree is not shown to extend it.
    """
    size, root = (0, EMPTY_ROOT) if seen is None else (seen.size, seen.root)
    new = submission.checkpoint
    if submission.old != size:
        raise Refusal("size-differs", size=size)
    if new.size == size and new.root != root:
        raise Refusal("root-differs", size=size)
    if not proves_consistency(size, new.size, root, new.root, submission.proof):
        raise Refusal("proof-wrong", size=size)
