"""A data directory: its facts, its lock, its clock, its keys."""

import fcntl
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, Any, Final, Literal

from shared.calendar.clock import JST, Clock, DemoClock, SystemClock
from shared.crypto.keyring import Keyring
from shared.refusals import Refusal

DEMO_START: Final = datetime(2026, 6, 1, 0, 0, tzinfo=JST)
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
        Keyring.create(self.keyring_file)
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


def read_bootstrap(path: Path) -> dict[str, Any]:
    """A bootstrap file. Refusal `bootstrap-invalid` where it cannot be read."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise Refusal("bootstrap-invalid", where="file") from wrong


def demo_start(bootstrap: Mapping[str, Any]) -> datetime:
    """When a demo begins: 1 June 2026, or the latest day on which one of its registers came into force since."""
    names = {"contract_from", "roster_from", "pledged_on", "trained_on"}
    rows = [row for table in ("plans", "staff") for row in bootstrap.get(table, ())]
    days = [_day(row[name]) for row in rows for name in names & set(row)]
    today = SystemClock().now().astimezone(JST).date()
    past = [day for day in days if day is not None and day <= today]
    return max([DEMO_START, *(datetime.combine(day, time(0, 0), JST) for day in past)]).astimezone(UTC)


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None
