"""Makes an auditor pack: records, their proofs, the signed checkpoint, evidence, a verifier; sealed and signed."""

import hashlib
import json
import tarfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.audit.domain.checkpoints import checkpoint_of
from services.audit.domain.notes import VerifierKey, note_of, signed
from services.audit.domain.proofs import ReadTile, inclusion_proof

MOST_RECORDS: Final = 100_000
VERIFIER: Final = Path(__file__).with_name("verify_pack.py")
_BLOCK: Final = 512
_PIECE: Final = 4096


@dataclass(frozen=True, slots=True)
class Published:
    """A log as it is published: its newest (cosigned) checkpoint, its tiles, its key and its witnesses' keys."""

    note: str
    read: ReadTile
    key: VerifierKey
    witnesses: Sequence[VerifierKey]


@dataclass(frozen=True, slots=True)
class Seal:
    """The key that seals packs, and how it signs."""

    key: VerifierKey
    sign: Callable[[bytes], bytes]


def pack(log: Published, records: Iterable[tuple[int, bytes]], evidence: Mapping[str, bytes], seal: Seal) -> bytes:
    """The pack over `records` (index, canonical bytes), all below the checkpoint's size.

    Refusal `index-outside` for a record that the checkpoint does not cover.
    """
    size = checkpoint_of(note_of(log.note.encode()).text).size
    lines, proofs = [], []
    for index, entry in records:
        hashes = [node.hex() for node in inclusion_proof(log.read, index, size)]
        lines.append(entry + b"\n")
        proofs.append(json.dumps({"index": index, "hashes": hashes}).encode() + b"\n")
    keys = "".join(f"{key.text}\n" for key in (log.key, *log.witnesses))
    files = {
        "verify_pack.py": VERIFIER.read_bytes(),
        "log/keys": keys.encode(),
        "log/checkpoint": log.note.encode(),
        "pack-key": f"{seal.key.text}\n".encode(),
        "records.jsonl": b"".join(lines),
        "proofs.jsonl": b"".join(proofs),
        **{f"evidence/{name}": data for name, data in sorted(evidence.items())},
    }
    manifest = json.dumps({name: _digests(data) for name, data in files.items()}, indent=0).encode()
    text = f"shokai audit pack\n{hashlib.sha256(manifest).hexdigest()}\n"
    return _archive({**files, "MANIFEST": manifest, "SEAL": signed(text, seal.key, seal.sign).encode()})


def _digests(data: bytes) -> list[str]:
    return [hashlib.sha256(data[at : at + _PIECE]).hexdigest() for at in range(0, len(data), _PIECE)]


def _archive(files: Mapping[str, bytes]) -> bytes:
    """A plain tar file of which every byte is determined by the names and contents."""
    parts = []
    for name, data in files.items():
        info = tarfile.TarInfo(name)
        info.size = len(data)
        parts += [info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict"), data, bytes(-len(data) % _BLOCK)]
    return b"".join([*parts, bytes(2 * _BLOCK)])
