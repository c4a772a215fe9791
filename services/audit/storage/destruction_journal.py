"""What was destroyed, in a file that no backup holds: a restored backup has it all destroyed once more.

One line of JSON each. It names copies, plans and digests of inquiry numbers; nothing in it opens or tells anything.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, Final

from shared.blobs.places import make_room
from shared.crypto.durable import sync_directory

AT_ONCE: Final = 5000


class DestructionJournal:
    """Appends, each line on disk before the call returns. The same line twice does no harm."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()

    def copy(self, at: datetime, *, service: str, what: str, copy_id: str) -> None:
        """A copy is destroyed."""
        self._append([{"at": _instant(at), "service": service, "what": what, "copy": copy_id}])

    def ledger(self, at: datetime, plan_number: str) -> None:
        """All inquiry numbers of a plan are destroyed, with the key that they stood under."""
        self._append([{"at": _instant(at), "what": "ledger", "plan": plan_number}])

    def numbers(self, at: datetime, plan_number: str, numbers: Iterable[str]) -> None:
        """Some inquiry numbers of a plan are destroyed."""
        digests = [digest_of(plan_number, number) for number in numbers]
        runs = (digests[start : start + AT_ONCE] for start in range(0, len(digests), AT_ONCE))
        self._append([{"at": _instant(at), "what": "numbers", "plan": plan_number, "digests": run} for run in runs])

    def _append(self, lines: list[dict[str, Any]]) -> None:
        said = "".join(f"{json.dumps(line, separators=(',', ':'))}\n" for line in lines).encode()
        with self._lock:
            make_room(self.path.parent)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                os.write(handle, said)
                os.fsync(handle)
            finally:
                os.close(handle)
            sync_directory(self.path.parent)


def read_journal(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a journal; one that a power cut has torn is the last and says nothing."""
    with path.open("rb") as file:
        for line in file:
            try:
                yield dict(json.loads(line))
            except ValueError:
                continue


def digest_of(plan_number: str, inquiry_number: str) -> str:
    """How the journal names a number."""
    return hashlib.sha256(f"{plan_number}/{inquiry_number}".encode()).hexdigest()


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds")
