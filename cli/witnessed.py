"""Which witnesses a verification relies on, and up to which record."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from cli.witness.book import latest_in
from cli.witness.folder import BOOK
from services.audit.domain.checkpoints import checkpoint_of
from services.audit.domain.cosignatures import cosignature_in
from services.audit.domain.findings import Finding
from services.audit.domain.notes import COSIGNATURE, VerifierKey, note_of, verifier_key
from shared.crypto.signatures import verify as check_signature
from shared.refusals import Refusal

WAIT_SECONDS: Final = 30
NO_WITNESS: Final = (
    "末尾の切り落としは、以前に保管したチェックポイントか立会人の署名がなければ分かりません。"
    " / That the newest records were cut off and an older checkpoint shown can be told only by"
    " a checkpoint kept earlier, or by a witness."
)
SECOND_HAND: Final = (
    "立会人の署名は記録の側から受け取りました。署名の時刻より後に末尾が切り落とされたかどうかは、立会人に直接尋ねなければ分かりません。"
    " / The cosignatures came from the log itself: whether its tail was cut off after the time that they state,"
    " only the witness can tell (--witness-log)."
)
NOT_ALL_WITNESSED: Final = (
    "最後に連署されたチェックポイントより後の記録は、記録の鍵だけで守られています。"
    " / The records after the last cosigned checkpoint rest on the log's key alone."
)


@dataclass(frozen=True, slots=True)
class Relied:
    """A witness that the verification relied on: up to `size` records, as of `at` (seconds since 1970).

    `first_hand`: the witness itself was asked, not the log that it signed for.
    """

    witness: str
    size: int
    at: int
    first_hand: bool


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What witnesses say of a log. `notes`: checkpoints that they hold or cosigned, which the log has to extend."""

    relied: tuple[Relied, ...]
    notes: tuple[bytes, ...]
    missing: tuple[Finding, ...]

    def limits(self, size: int) -> tuple[str, ...]:
        """What the witnesses leave open about a log of that size."""
        if not self.relied:
            return (NO_WITNESS,)
        newer = () if max(one.size for one in self.relied) >= size else (NOT_ALL_WITNESSED,)
        return newer + (() if any(one.first_hand for one in self.relied) else (SECOND_HAND,))


def held_by(logs: Sequence[str], origin: str) -> tuple[bytes, ...]:
    """The newest checkpoint of a log that each witness holds; `logs` are folders or addresses of witnesses.

    To be asked for before the log itself, which may grow meanwhile. Refusal `witness-log-not-found`.
    """
    return tuple(_held(log, origin) for log in logs)


def witnessed(origin: str, held: Sequence[bytes], shown: Sequence[bytes], keys: Sequence[str]) -> Witnessed:
    """What the witnesses with these verifier keys say, in what they hold and in what the log has shown.

    Refusals: `key-unreadable`, `note-unreadable`, `checkpoint-unreadable`.
    """
    relied, missing, notes = [], [], list(held)
    for key in [verifier_key(text, COSIGNATURE) for text in keys]:
        found = [(note, one) for note in (*held, *shown) if (one := _relied(note, origin, key, note in held))]
        if not found:
            missing.append(Finding("not-witnessed", source=key.name))
            continue
        notes += [note for note, _ in found]
        relied.append(max((one for _, one in found), key=lambda one: (one.size, one.first_hand)))
    return Witnessed(tuple(relied), tuple(dict.fromkeys(notes)), tuple(missing))


def _relied(data: bytes, origin: str, key: VerifierKey, first_hand: bool) -> Relied | None:
    """What the witness said under the checkpoint; None where it did not sign it, or where it is another log's."""
    note = note_of(data)
    checkpoint = checkpoint_of(note.text)
    signed = cosignature_in(note, key, check_signature) if checkpoint.origin == origin else None
    return None if signed is None else Relied(key.name, checkpoint.size, signed.at, first_hand)


def _held(log: str, origin: str) -> bytes:
    found = _asked(log, origin) if "://" in log else _in_folder(Path(log), origin)
    if found is None:
        raise Refusal("witness-log-not-found")
    return found


def _in_folder(folder: Path, origin: str) -> bytes | None:
    seen = latest_in(folder / BOOK if (folder / BOOK).is_dir() else folder, origin)
    return None if seen is None else seen.note.encode()


def _asked(url: str, origin: str) -> bytes | None:
    name = hashlib.sha256(origin.encode()).hexdigest()
    try:
        answer = httpx.get(f"{url.rstrip('/')}/checkpoint/{name}", timeout=WAIT_SECONDS)
    except httpx.HTTPError:
        return None
    return answer.content if answer.status_code == httpx.codes.OK else None
