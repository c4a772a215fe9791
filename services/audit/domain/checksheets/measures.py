"""By which measures the log itself speaks to the checksheet: a dated table beside this file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Measures:
    """One version of the table. Actions and events are named as they stand in the records."""

    in_force_from: date
    source: str
    late_days: int
    late_days_of: Mapping[str, int]
    by_hand: str
    looks: tuple[str, ...]
    control: tuple[str, ...]
    alarm_days: int
    moves: tuple[tuple[str, str], ...]
    room_gap_days: int
    losses: tuple[str, ...]
    custody: tuple[str, ...]

    def late_after(self, what: str) -> int:
        """How many days after its clock a copy of that kind is late."""
        return self.late_days_of.get(what, self.late_days)


def measures_at(day: date) -> Measures:
    """The version in force on a day, the first for days before it."""
    dated = [row for row in _measures() if row.in_force_from <= day]
    return dated[-1] if dated else _measures()[0]


@cache
def _measures() -> tuple[Measures, ...]:
    rows = tomllib.loads(Path(__file__).with_name("measures.toml").read_text("utf-8"))["measures"]
    read = [Measures(**{name: _frozen(value) for name, value in row.items()}) for row in rows]
    return tuple(sorted(read, key=lambda row: row.in_force_from))


def _frozen(value: Any) -> Any:
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value
