"""The witness's memory: every checkpoint that it cosigned, on disk before it says so. Never two at one size.

One file per log and day, one line per checkpoint. What a crash left of a line that was never answered is dropped at the
next start; any other damage refuses the start, because a witness in doubt must not sign.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Final

from services.audit.domain.checkpoints import Checkpoint, checkpoint_of
from services.audit.domain.notes import note_of
from shared.crypto.durable import sync_directory
from shared.refusals import Refusal

_LOCK: Final = ".lock"


@dataclass(frozen=True, slots=True)
class Seen:
    """A checkpoint with all its signatures, and when it was cosigned (seconds since 1970)."""

    checkpoint: Checkpoint
    at: int
    note: str


class Book:
    """The book of one witness. One process holds it; in it, one submission at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._turn = Lock()
        self._latest: dict[str, Seen | None] = {}
        self._held = (folder / _LOCK).open("w")
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._held.close()
            raise Refusal("witness-runs-already") from None

    def close(self) -> None:
        """Let another process hold the book."""
        self._held.close()

    def latest(self, origin: str) -> Seen | None:
        """The newest checkpoint of a log. Refusal `book-damaged`."""
        if origin not in self._latest:
            self._latest[origin] = _last_of(self._of_log(origin))
        return self._latest[origin]

    def keep(self, origin: str, decide: Callable[[Seen | None], Seen]) -> Seen:
        """Keep what `decide` makes of the newest one; on disk when this returns. Its refusal keeps nothing."""
        with self._turn:
            latest = self.latest(origin)
            seen = decide(latest)
            if latest is None or seen.checkpoint.size > latest.checkpoint.size:
                _append(self._of_log(origin), seen)
                self._latest[origin] = seen
            return seen

    def _of_log(self, origin: str) -> Path:
        return self._folder / hashlib.sha256(origin.encode()).hexdigest()


def latest_in(folder: Path, origin: str) -> Seen | None:
    """The newest checkpoint of a log in the book at `folder`, for reading beside a witness that runs."""
    return _last_of(folder / hashlib.sha256(origin.encode()).hexdigest(), mend=False)


def _last_of(log: Path, *, mend: bool = True) -> Seen | None:
    last: Seen | None = None
    for day in sorted(log.glob("*.jsonl"))[-2:]:  # the newest may hold nothing but a torn line
        for seen in _read(day, mend=mend):
            if last is not None and seen.checkpoint.size <= last.checkpoint.size:
                raise Refusal("book-damaged", file=day.name)
            last = seen
    return last


def _read(day: Path, *, mend: bool) -> Iterator[Seen]:
    data = day.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    if mend and len(whole) < len(data):
        with day.open("r+b") as file:
            file.truncate(len(whole))
            os.fsync(file.fileno())
    for line in whole.splitlines():
        try:
            stated = json.loads(line)
            note = str(stated["note"])
            yield Seen(checkpoint_of(note_of(note.encode()).text), int(stated["at"]), note)
        except (ValueError, TypeError, KeyError, Refusal):
            raise Refusal("book-damaged", file=day.name) from None


def _append(log: Path, seen: Seen) -> None:
    day = log / f"{datetime.fromtimestamp(seen.at, UTC):%Y-%m-%d}.jsonl"
    fresh = not day.exists()
    if not log.exists():
        log.mkdir(mode=0o700)
        sync_directory(log.parent)
    line = json.dumps({"at": seen.at, "note": seen.note}, ensure_ascii=False) + "\n"
    with day.open("ab", buffering=0) as file:
        before = file.tell()
        try:
            file.write(line.encode())
            os.fsync(file.fileno())
        except OSError:
            file.truncate(before)  # a full disk: the next line must not follow half of this one
            raise
    if fresh:
        sync_directory(log)
