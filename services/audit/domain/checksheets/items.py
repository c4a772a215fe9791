"""The questions of the checksheet: a dated table beside this file."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

Answer = Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `accident`: YES is the answer that needs action. `known`: evidence may answer it."""

    number: int
    ja: str
    en: str
    known: bool = False
    accident: bool = False

    @property
    def bad(self) -> Answer:
        """The answer that needs action."""
        return "yes" if self.accident else "no"


@dataclass(frozen=True, slots=True)
class Version:
    """The questions in force from a day on, and where they were taken from."""

    in_force_from: date
    source: str
    items: Sequence[Item]

    def item(self, number: int) -> Item | None:
        """The question of that number."""
        return next((item for item in self.items if item.number == number), None)


def version_at(day: date) -> Version:
    """The version in force on a day. KeyError for a day before the first."""
    dated = [version for first, version in versions().items() if first <= day]
    if not dated:
        raise KeyError(day)
    return dated[-1]


@cache
def versions() -> Mapping[date, Version]:
    """Every version by the day it came into force, in order."""
    rows = tomllib.loads(Path(__file__).with_name("items.toml").read_text("utf-8"))["versions"]
    read = (Version(row["in_force_from"], row["source"], tuple(Item(**item) for item in row["items"])) for row in rows)
    return {version.in_force_from: version for version in sorted(read, key=lambda version: version.in_force_from)}
