"""Article 19 of the My Number Act: which item a provision of individual numbers names, by the law of its day."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from shared.refusals import Refusal

_CODE: Final = re.compile(r"my-number-act/(?P<version>[a-z0-9-]+)/19-(?P<number>[0-9]{1,2})")


@dataclass(frozen=True, slots=True)
class Version:
    """A numbering of the items: a text of the law, or that of a document (`law` is false), with its days."""

    code: str
    ja: str
    en: str
    law: bool
    in_force_from: date
    in_force_to: date
    source: str


@dataclass(frozen=True, slots=True)
class Item:
    """One item with its number in each version that has it."""

    code: str
    ja: str
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Basis:
    """The basis that a provision names."""

    version: str
    number: int

    @property
    def code(self) -> str:
        """As it stands in records: the law's version and the number of the item in it."""
        return f"my-number-act/{self.version}/19-{self.number}"


def versions() -> Sequence[Version]:
    """All numberings, oldest first."""
    return [_version(row) for row in _table()["versions"]]


def items() -> Sequence[Item]:
    """All items in the order of the law."""
    return [Item(row["code"], row["ja"], row["numbers"]) for row in _table()["items"]]


def basis_of(kind: str, day: date) -> str:
    """The code of the basis for replies of a kind on a day; empty for kinds that need none.

    Refusal `legal-basis-missing` where no version of the law, or no item in it, carries such a provision on that day.
    """
    if kind not in {row["kind"] for row in _table()["kinds"]}:
        return ""
    row = _latest(row for row in _table()["kinds"] if row["kind"] == kind and row["in_force_from"] <= day)
    version = _law_on(day)
    if row is None or version is None or row["relies_on"] not in row["may"]:
        raise Refusal("legal-basis-missing", kind=kind)
    number = _numbers(version.code).get(row["relies_on"])
    if number is None:
        raise Refusal("legal-basis-missing", kind=kind)
    return Basis(version.code, number).code


def is_valid(kind: str, code: str, day: date) -> bool:
    """Whether a code names what may carry a provision of that kind on that day."""
    row = _latest(row for row in _table()["kinds"] if row["kind"] == kind and row["in_force_from"] <= day)
    if kind not in {one["kind"] for one in _table()["kinds"]}:
        return True
    found, version = _CODE.fullmatch(code), _law_on(day)
    if row is None or found is None or version is None or found["version"] != version.code:
        return False
    numbers = _numbers(version.code)
    return int(found["number"]) in {numbers[item] for item in row["may"] if item in numbers}


def _law_on(day: date) -> Version | None:
    """The text of the law in force on a day."""
    return next((one for one in versions() if one.law and one.in_force_from <= day <= one.in_force_to), None)


def _numbers(version: str) -> Mapping[str, int]:
    return {item.code: item.numbers[version] for item in items() if version in item.numbers}


def _latest(rows: Any) -> Mapping[str, Any] | None:
    return max(rows, key=lambda row: row["in_force_from"], default=None)


def _version(row: Mapping[str, Any]) -> Version:
    return Version(
        code=row["code"],
        ja=row["ja"],
        en=row["en"],
        law=row["law"],
        in_force_from=row["in_force_from"],
        in_force_to=row.get("in_force_to", date.max),
        source=row["source"],
    )


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("article19.toml").read_text("utf-8"))
