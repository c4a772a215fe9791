"""A data directory: its facts, its lock, its clock, its keys."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Literal

from shared.calendar.clock import Clock, DemoClock, SystemClock
from shared.crypto.keyring import Keyring
from shared.refusals import Refusal

Mode = Literal["demo", "production"]


@dataclass(frozen=True)
class Facts:
    """What `init` wrote down about a data directory."""

    association: str
    mode: Mode
    made_at: str


@dataclass(frozen=True)
class DataDir:
    """The places inside one data directory."""

    root: Path

    @property
    def facts_file(self) -> Path:
        return self.root / "shokai.json"

    @property
    def keyring_file(self) -> Path:
        return self.root / "keys" / "keyring.json"

    @property
    def clock_file(self) -> Path:
        return self.root / "clock.json"

    @property
    def server_file(self) -> Path:
        return self.root / "server.json"

    def make(self, association: str, mode: Mode, start: datetime) -> None:
        """Lay out a new directory. Refusal `data-dir-exists` where one is there already."""
        if self.facts_file.exists() or (self.root.exists() and any(self.root.iterdir())):
            raise Refusal("data-dir-exists")
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        Keyring.create(self.keyring_file, os.environ.get("SHOKAI_KEYRING_PASSPHRASE") or None)
        if mode == "demo":
            DemoClock.start(self.clock_file, start)
        facts = Facts(association, mode, SystemClock().now().isoformat())
        self.facts_file.write_text(json.dumps(asdict(facts), ensure_ascii=False))

    def facts(self) -> Facts:
        """What this directory is. Refusal `data-dir-missing` where nothing was ever made."""
        if not self.facts_file.exists():
            raise Refusal("data-dir-missing")
        return Facts(**json.loads(self.facts_file.read_text()))

    def clock(self) -> Clock:
        """The directory's own clock in demo mode, the system's otherwise."""
        return DemoClock(self.clock_file) if self.facts().mode == "demo" else SystemClock()

    def keyring(self) -> Keyring:
        """The directory's keys; the passphrase, where it has one, comes from the environment."""
        return Keyring.open(self.keyring_file, os.environ.get("SHOKAI_KEYRING_PASSPHRASE"))

    def lock(self) -> IO[str]:
        """Hold the directory for this process; released with the process, however it ends."""
        held = (self.root / "lock").open("a")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            held.close()
            raise Refusal("data-dir-in-use") from taken
        return held
