"""The offline verifier behind `shokai audit verify`: a log's directory or address, a key, and nothing else of ours."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import httpx

from cli.witnessed import Relied, held_by, witnessed
from services.audit.domain.checkpoints import Checkpoint, checkpoint_of
from services.audit.domain.findings import Finding
from services.audit.domain.notes import VerifierKey, note_of, verifier_key
from services.audit.domain.tiles import FULL, Tile, narrowed
from services.audit.domain.verification import SourceSeen, Verification
from shared.crypto.signatures import verify as check_signature
from shared.refusals import Refusal

WAIT_SECONDS: Final = 30
KEY_BESIDE_LOG: Final = (
    "公開鍵は記録と同じ場所から取りました。別の経路で入手した鍵で確かめない限り、鍵ごとの差し替えは分かりません。"
    " / The key was taken from beside the log: unless it is compared with one obtained another way,"
    " a log replaced together with its key goes unnoticed."
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verification established. `limits` says what it could not establish."""

    origin: str
    size: int
    root: str
    key: str
    key_independent: bool
    records: int
    sources: tuple[SourceSeen, ...]
    witnesses: tuple[Relied, ...]
    findings: tuple[Finding, ...]
    limits: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Nothing is wrong."""
        return not self.findings

    @property
    def exit_code(self) -> int:
        """0: nothing is wrong; 1: findings."""
        return 0 if self.ok else 1

    @property
    def first(self) -> Finding | None:
        """The first record that is wrong."""
        return self.findings[0] if self.findings else None

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        findings = [{**asdict(found), "ja": found.ja, "en": found.en} for found in self.findings]
        return {"ok": self.ok, **asdict(self), "findings": findings}


class Place(Protocol):
    """Where a log lies."""

    def get(self, path: str) -> bytes | None: ...


class Folder:
    """A log in a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root / "audit" / "log" if (root / "audit" / "log").is_dir() else root

    def get(self, path: str) -> bytes | None:
        """The file's bytes, or None."""
        file = self._root / path
        return file.read_bytes() if file.is_file() else None


class Address:
    """A log behind HTTP."""

    PREFIX: Final = "/audit/v1/log"

    def __init__(self, url: str) -> None:
        base = url.rstrip("/")
        self._base = base if base.endswith("/log") else base + self.PREFIX
        self._client = httpx.Client(timeout=WAIT_SECONDS)

    def get(self, path: str) -> bytes | None:
        """The body, or None where there is none. Refusal `log-not-found` where nobody answers."""
        try:
            answer = self._client.get(f"{self._base}/{path}")
        except httpx.HTTPError:
            raise Refusal("log-not-found") from None
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.status_code != httpx.codes.OK:
            raise Refusal("log-not-found", status=answer.status_code)
        return answer.content


def verify_log(
    source: Path | str,
    public_key: str | None = None,
    *,
    earlier: Sequence[str] = (),
    witness_keys: Sequence[str] = (),
    witness_logs: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Verdict:
    """Derive a whole log anew and compare. `public_key`: a C2SP verifier key, else the one beside the log.

    `earlier`: checkpoints that the auditor kept; the log has to extend each, and each that a witness signed or holds.
    Refusal for wrong use: `log-not-found`, `witness-log-not-found`, `key-unreadable`, `note-unreadable`,
    `checkpoint-unreadable`.
    """
    place = Address(source) if isinstance(source, str) and "://" in source else Folder(Path(source))
    key = verifier_key(public_key if public_key is not None else _beside(place))
    held, cosigned = held_by(witness_logs, key.name), place.get("cosigned")
    published = place.get("checkpoint")
    if published is None:
        raise Refusal("log-not-found")
    checkpoint, signed = _opened(published, key)
    shown = [published, *([] if cosigned is None else [cosigned]), *(text.encode() for text in earlier)]
    told = witnessed(key.name, held, shown, witness_keys)
    kept = [_opened(note, key) for note in dict.fromkeys([*shown[1:], *told.notes])]
    run = Verification(_reader(place), checkpoint, [old for old, _ in kept], progress)
    if not signed or not all(good for _, good in kept):
        run.findings.append(Finding("signature-wrong"))
    run.findings.extend(told.missing)
    run.run()
    limits = (() if public_key is not None else (KEY_BESIDE_LOG,)) + told.limits(checkpoint.size)
    return Verdict(
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        key=key.text,
        key_independent=public_key is not None,
        records=run.tree.size,
        sources=run.sources,
        witnesses=told.relied,
        findings=tuple(run.findings),
        limits=limits,
    )


def _beside(place: Place) -> str:
    found = place.get("public-key")
    if found is None:
        raise Refusal("log-not-found")
    return found.decode(errors="replace")


def _opened(data: bytes, key: VerifierKey) -> tuple[Checkpoint, bool]:
    """The checkpoint in a note, and whether the key signed it for its own log."""
    note = note_of(data)
    checkpoint = checkpoint_of(note.text)
    return checkpoint, checkpoint.origin == key.name and note.is_signed_by(key, check_signature)


def _reader(place: Place) -> Callable[[Tile], bytes]:
    """Reads tiles; a partial tile that is no longer there is the beginning of the full one."""

    def read(tile: Tile) -> bytes:
        data = place.get(tile.path)
        if data is None and tile.width < FULL:
            full = place.get(tile.full.path)
            data = None if full is None else narrowed(tile, full)
        if data is None:
            raise Refusal("tile-missing")
        return data

    return read
