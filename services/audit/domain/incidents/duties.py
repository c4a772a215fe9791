"""Which duties an incident brings, by when: read from the dated table beside this file.

A day is counted the careful way: the day of learning is the first, and no closed day moves the last one.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

Encrypted = Literal["strong", "none", "unknown"]
Happened = Literal["leak", "loss", "damage", "misuse", "provision", "nothing"]
Clock = Literal["done", "running", "warning", "overdue", "at_once"]

FLAGS: Final = ("wrongful_purpose", "open_to_many", "special_care", "property_damage")


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known about an incident. `people` is None while nobody can say; `flags` as in FLAGS.

    `happened` is "nothing" where what was feared turned out not to be so, such as a disc that was found unopened.
    """

    people: int | None
    my_numbers: bool
    encrypted: Encrypted
    happened: Happened
    flags: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Category:
    """A class of incidents that the law names, in the words of its table row."""

    code: str
    ja: str
    en: str
    source: str


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody who must be told. `due_on` is the last day, None where the law says only promptly."""

    code: str
    ja: str
    en: str
    source: str
    before: str
    due_on: date | None
    warn_on: tuple[date, ...]

    def clock(self, today: date, *, done: bool) -> Clock:
        """How the duty stands on a day."""
        if done:
            return "done"
        if self.due_on is None:
            return "at_once"
        if today > self.due_on:
            return "overdue"
        return "warning" if any(today >= day for day in self.warn_on) else "running"


def categories_of(found: Assessment, on: date) -> tuple[Category, ...]:
    """The classes that an incident falls into by the rules of a day. What is not known counts as the worse case."""
    return tuple(
        Category(row["code"], row["ja"], row["en"], row["source"])
        for row in _in_force("categories", on)
        if _falls_into(found, row)
    )


def duties_of(found: Assessment, learned_on: date) -> tuple[Duty, ...]:
    """What is owed, by the rules of the day of learning, in the order of the table."""
    if found.happened == "nothing":
        return ()
    codes = {category.code for category in categories_of(found, learned_on)}
    rows = _in_force("duties", learned_on)
    return tuple(_duty(row, codes, learned_on) for row in rows if codes or not row.get("for_categories", False))


def _falls_into(found: Assessment, row: Mapping[str, Any]) -> bool:
    if found.happened == "nothing":
        return False
    if row.get("my_numbers", False) and not found.my_numbers:
        return False
    if row.get("unless_encrypted", False) and found.encrypted == "strong":
        return False
    if not set(row.get("flags", ())) <= found.flags:
        return False
    if "happened" in row and found.happened not in row["happened"]:
        return False
    return found.people is None or found.people >= row["people_from"]


def _duty(row: Mapping[str, Any], codes: set[str], learned_on: date) -> Duty:
    longer = bool(codes & set(row.get("long_for", ())))
    days: int | None = row.get("long_days" if longer else "days")
    warnings: Sequence[int] = row.get("long_warn" if longer else "warn", ())
    return Duty(
        code=row["code"],
        ja=row["ja"],
        en=row["en"],
        source=row["source"],
        before=row["before"],
        due_on=None if days is None else _day(learned_on, days),
        warn_on=tuple(_day(learned_on, day) for day in warnings),
    )


def _day(learned_on: date, number: int) -> date:
    return learned_on + timedelta(days=number - 1)


def _in_force(name: str, on: date) -> list[Mapping[str, Any]]:
    return [row for row in _table()[name] if row["in_force_from"] <= on <= row.get("in_force_to", date.max)]


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("duties.toml").read_text("utf-8"))
