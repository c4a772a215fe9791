"""The one place that reads the time. Everything else is handed a clock."""

import json
import os
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Final, Protocol

from shared.refusals import Refusal

# Japan has had this one time since 1951; a machine without time zone data knows it too.
JST: Final = timezone(timedelta(hours=9), "JST")


class Clock(Protocol):
    """Tells the time as an aware datetime in UTC, to the millisecond, and never an earlier one than before."""

    def now(self) -> datetime: ...


def day_begins(day: date) -> datetime:
    """The instant at which a day begins in Japan."""
    return datetime.combine(day, time(), JST)


def to_milliseconds(at: datetime) -> datetime:
    """The instant in UTC without what is finer than a millisecond."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


class SystemClock:
    """The machine's clock. If somebody sets it back, time stands still here until it has caught up."""

    def __init__(self) -> None:
        self._latest = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """The present instant, UTC."""
        self._latest = max(self._latest, to_milliseconds(datetime.now(UTC)))
        return self._latest


class FixedClock:
    """A clock that stands until it is set; for tests."""

    def __init__(self, at: datetime) -> None:
        self._at = to_milliseconds(at)

    def now(self) -> datetime:
        """The instant it was set to, UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Move to another instant."""
        self._at = to_milliseconds(at)


class DemoClock:
    """The clock of a demo or test data directory: set by hand, flowing on, the same for every process on it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._system = SystemClock()
        self._version: tuple[int, int] | None = None
        self._offset = timedelta()
        self._was_set = False

    @classmethod
    def start(cls, path: Path, at: datetime) -> "DemoClock":
        """Make the clock file; the first setting may still go anywhere, because nothing has happened yet."""
        clock = cls(path)
        clock._store(at, was_set=False)
        return clock

    def now(self) -> datetime:
        """The directory's present instant, UTC."""
        self._refresh()
        return to_milliseconds(self._system.now() + self._offset)

    def set(self, at: datetime) -> None:
        """Move to `at`; time flows on from there. Refusal `clock-backwards` when that is earlier than now."""
        self.check(at)
        self._store(at, was_set=True)

    def check(self, at: datetime) -> None:
        """Refusal `clock-backwards` when `at` is earlier than now; the first setting may go anywhere."""
        if self.was_set and at < self.now():
            raise Refusal("clock-backwards", now=self.now().astimezone(JST).isoformat())

    @property
    def was_set(self) -> bool:
        """Whether anybody has set it since it was made."""
        self._refresh()
        return self._was_set

    def _refresh(self) -> None:
        found = self._path.stat()
        version = (found.st_mtime_ns, found.st_ino)
        if version != self._version:
            stored = json.loads(self._path.read_text())
            self._offset = datetime.fromisoformat(stored["business"]) - datetime.fromisoformat(stored["system"])
            self._was_set = bool(stored["was_set"])
            self._version = version

    def _store(self, at: datetime, *, was_set: bool) -> None:
        stored = {"business": at.isoformat(), "system": self._system.now().isoformat(), "was_set": was_set}
        fresh = self._path.with_suffix(f".{os.getpid()}.new")
        fresh.write_text(json.dumps(stored))
        fresh.replace(self._path)
        self._version = None
