"""The register of processing activities: which purpose and legal basis an act serves, by the day of the act. Data."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One row, in force from its day until another row of its code is."""

    code: str
    in_force_from: date
    ja: str
    en: str
    purposes: tuple[str, ...]
    actions: tuple[str, ...]
    legal_basis: tuple[str, ...]
    my_number_basis: tuple[str, ...] = ()
    categories: tuple[str, ...]
    recipients: tuple[str, ...]
    kept: str
    source: str

    def basis(self, *, my_number: bool) -> tuple[str, ...]:
        """The legal basis, for data with or without individual numbers."""
        return self.legal_basis + self.my_number_basis if my_number else self.legal_basis

    @property
    def version(self) -> str:
        """How a row is cited: code and the day from which it is in force."""
        return f"{self.code}@{self.in_force_from.isoformat()}"


@cache
def activities() -> tuple[Activity, ...]:
    """Every row there ever was, in the order of the register."""
    text = resources.files("shared.trail.activities").joinpath("activities.toml").read_text("utf-8")
    rows = tomllib.loads(text)["activities"]
    return tuple(Activity(**{name: _frozen(value) for name, value in row.items()}) for row in rows)


def activity_of(action: str, purpose: str, on: date) -> Activity | None:
    """The activity that an act of that day belonged to: by its stated purpose, else by the pattern that says most."""
    rows = _in_force(on)
    stated = [row for row in rows if purpose and purpose in row.purposes]
    if stated:
        return stated[0]
    covering = [(len(pattern), row) for row in rows for pattern in row.actions if fnmatchcase(action, pattern)]
    return max(covering, key=lambda found: found[0])[1] if covering else None


@cache
def _in_force(on: date) -> Sequence[Activity]:
    oldest_first = sorted(activities(), key=lambda row: row.in_force_from)
    return tuple({row.code: row for row in oldest_first if row.in_force_from <= on}.values())


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
