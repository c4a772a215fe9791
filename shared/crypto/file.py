"""The keyring file: JSON, mode 0600, replaced in one step, safe for several processes on one host."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from shared.crypto.durable import scrub, write_durably
from shared.crypto.errors import KeyringDamaged
from shared.faults import reach

FORMAT: Final = "shokai-keyring-1"
Contents = dict[str, Any]
Stamp = tuple[int, int, int]


class KeyringFile:
    """Reads and replaces the file under a lock that all processes of the host share."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def stamp(self) -> Stamp:
        """Changes whenever the file was replaced; one system call."""
        try:
            facts = os.stat(self.path)
        except FileNotFoundError:
            raise KeyringDamaged("the keyring file is missing") from None
        return facts.st_ino, facts.st_mtime_ns, facts.st_size

    def read(self) -> tuple[Stamp, Contents]:
        """The contents with the stamp that they had."""
        with self._lock(fcntl.LOCK_SH):
            return self.read_locked()

    def read_locked(self) -> tuple[Stamp, Contents]:
        """As `read`, for a caller that holds the lock."""
        stamp = self.stamp()
        try:
            contents = json.loads(self.path.read_bytes())
        except ValueError:
            raise KeyringDamaged("the keyring file is not readable") from None
        if not isinstance(contents, dict) or contents.get("format") != FORMAT:
            raise KeyringDamaged("the keyring file has another format")
        return stamp, contents

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Holds every other process and thread off the file."""
        with self._lock(fcntl.LOCK_EX):
            yield

    def replace(self, contents: Contents, *, shred_old: bool = False) -> None:
        """Writes new contents; `shred_old` also overwrites what the old file held. The caller holds the lock."""
        data = json.dumps(contents, indent=1, sort_keys=True, ensure_ascii=False).encode()
        old = os.open(self.path, os.O_RDWR) if shred_old else None
        try:
            write_durably(self.path, data)
            reach("keys.replaced")
            if old is not None:
                scrub(old)
        finally:
            if old is not None:
                os.close(old)

    @contextmanager
    def _lock(self, mode: int) -> Iterator[None]:
        # The folder carries the lock: the file itself is replaced, and a read-only mount has no room for a lock file.
        handle = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(handle, mode)
            yield
        finally:
            os.close(handle)
