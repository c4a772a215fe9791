"""The first step of an installation: keys, a demo's clock, and the file with the first registers."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

from shared.calendar.clock import JST, DemoClock, SystemClock
from shared.crypto.keyring import Keyring
from shared.hosting.host_settings import HostSettings, secret
from shared.refusals import Refusal

DEMO_START: Final = datetime(2026, 6, 1, 0, 0, tzinfo=JST)


def prepare(settings: HostSettings, bootstrap: Mapping[str, Any]) -> None:
    """Make the keyring, and in a demo the clock, where there is none yet. Safe to repeat; never overwrites."""
    keyring = settings.keys_dir / "keyring.json"
    if not keyring.exists():
        Keyring.create(keyring, secret(settings.keyring_passphrase_file) or None)
    if settings.mode == "demo" and settings.clock_file is not None and not settings.clock_file.exists():
        settings.clock_file.parent.mkdir(parents=True, exist_ok=True)
        DemoClock.start(settings.clock_file, demo_start(bootstrap))


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
