"""The scenarios of drills, read from the table beside this file."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is lost in a drill, and what must be found. `duties`: code -> last day counted from 1, 0 for promptly."""

    code: str
    ja: str
    en: str
    object_type: str
    object_id: str
    freeze: tuple[str, str]
    people: int
    plans: int
    my_numbers: bool
    encrypted: str
    accesses: int
    flags: tuple[str, ...]
    classes: tuple[str, ...]
    duties: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a drill looked at."""

    name: str
    expected: Any
    found: Any

    @property
    def passed(self) -> bool:
        """Whether it was as it must be."""
        return bool(self.expected == self.found)


def scenarios() -> Mapping[str, Scenario]:
    """Every scenario by its code."""
    found = {}
    for code, row in _table()["scenarios"].items():
        lists = {name: tuple(row[name]) for name in ("freeze", "flags", "classes")}
        found[code] = Scenario(code=code, **(row | lists))
    return found


def scenario_of(code: str) -> Scenario:
    """One scenario. Refusal `not-found`."""
    try:
        return scenarios()[code]
    except KeyError:
        raise Refusal("not-found") from None


def twin(name: str) -> Sequence[Mapping[str, Any]]:
    """What the twin holds: `requests`, `discs`, `accesses`."""
    rows: Sequence[Mapping[str, Any]] = _table()[name]
    return rows


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("scenarios.toml").read_text("utf-8"))
