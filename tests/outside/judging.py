"""Judges the cases of outside sets, and says why one that fails does."""

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from shared.people.address_parts import parse_address
from tests.outside import imi
from tests.outside.sets import Case

EXPLAINED = Path(__file__).parent / "explained.toml"


@dataclass(frozen=True)
class Judged:
    """A case with what Shokai made of it."""

    case: Case
    found: Any

    @property
    def passed(self) -> bool:
        """Whether it is what the set wants."""
        return bool(self.found == self.case.wanted)


def judge(cases: Iterable[Case]) -> Iterator[Judged]:
    """Every case, in order."""
    return (Judged(case, _found(case)) for case in cases)


def why(case: Case) -> str:
    """The written reason why this case fails, or an empty string."""
    return next((entry["why"] for entry in explained() if _is_of(case, entry)), "")


@cache
def explained() -> tuple[dict[str, str], ...]:
    """set, name (patterns such as `*`) and why of the failures that are known."""
    return tuple(tomllib.loads(EXPLAINED.read_text("utf-8"))["case"])


def _found(case: Case) -> Any:
    if not isinstance(case.wanted, dict) or set(case.wanted) - {"prefecture", "city", "town", "rest"}:
        return imi.told(case.given, case.wanted)
    parts = parse_address(case.given)
    read = {
        "prefecture": parts.prefecture,
        "city": parts.county + parts.municipality,
        "town": parts.town,
        "rest": parts.rest,
    }
    return {part: read[part] for part in case.wanted}


def _is_of(case: Case, entry: dict[str, str]) -> bool:
    return fnmatchcase(case.set, entry["set"]) and fnmatchcase(case.name, entry["name"])
