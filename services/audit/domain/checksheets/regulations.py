"""The regulations, which version is in force, and who still has to read it."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from shared.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Regulation:
    """One regulation. `items`: the questions of the checksheet that ask whether it is laid down."""

    number: int
    title: str
    items: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a regulation, with the day on which it could first be read here."""

    regulation: int
    version: str
    in_force_from: date
    added_on: date


@dataclass(frozen=True, slots=True)
class Unread:
    """Somebody who has not read a version, and the last day for it."""

    staff_id: str
    version: Version
    until: date


def regulation(number: int) -> Regulation:
    """The regulation of that number. Refusal `not-found`."""
    found = regulations().get(number)
    if found is None:
        raise Refusal("not-found")
    return found


@cache
def regulations() -> Mapping[int, Regulation]:
    """All regulations by number, in the document's order."""
    rows = [{**row, "items": tuple(row.get("items", ()))} for row in _table()["regulations"]]
    return {row["number"]: Regulation(**row) for row in rows}


def source() -> str:
    """Where the list of regulations was taken from."""
    return str(_table()["source"])


def in_force(versions: Iterable[Version], day: date) -> Mapping[int, Version]:
    """The version of each regulation that is in force on a day."""
    begun = sorted((one for one in versions if one.in_force_from <= day), key=lambda one: one.in_force_from)
    return {one.regulation: one for one in begun}


def unread(
    roster: Mapping[str, date], versions: Iterable[Version], read: Collection[tuple[str, int, str]]
) -> list[Unread]:
    """Who on the roster (staff id -> first day on it) has not read which version, and until when they may."""
    return [
        Unread(staff_id, version, max(version.in_force_from, version.added_on, since) + _time(version.in_force_from))
        for version in sorted(versions, key=lambda one: one.regulation)
        for staff_id, since in sorted(roster.items())
        if (staff_id, version.regulation, version.version) not in read
    ]


def _time(day: date) -> timedelta:
    rows = [row for row in _table()["reading"] if row["in_force_from"] <= day] or _table()["reading"][:1]
    return timedelta(days=max(rows, key=lambda row: row["in_force_from"])["days"])


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("regulations.toml").read_text("utf-8"))
