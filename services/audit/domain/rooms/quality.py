"""What does not fit in the room log: declared findings beside this file."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from services.audit.domain.rooms.checks import CONTRADICTED, Check
from services.audit.domain.rooms.stays import Passage
from shared.calendar.business_days import is_business_day
from shared.calendar.clock import JST


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding: how heavy it is, and its sentence with {user} and {count}."""

    code: str
    weight: str
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit. `user` is the door system's number, or a staff id where an act is meant."""

    code: str
    day: date
    at: datetime | None = None
    user: str = ""
    count: int = 1

    @property
    def kind(self) -> Kind:
        """What is declared about it."""
        return kinds()[self.code]

    @property
    def ja(self) -> str:
        """The finding as a Japanese sentence."""
        return self.kind.ja.format(user=self.user, count=self.count)

    @property
    def en(self) -> str:
        """The same in English."""
        return self.kind.en.format(user=self.user, count=self.count)


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind of finding, by code."""
    rows = tomllib.loads((Path(__file__).parent / "findings.toml").read_text("utf-8"))["findings"]
    return {code: Kind(code, row["weight"], row["ja"], row["en"]) for code, row in rows.items()}


def findings_of(
    passages: Sequence[Passage], checks: Iterable[Check], *, first: date, last: date, roster_known: bool
) -> list[Finding]:
    """All that does not fit from `first` to `last`; unknown users only where the roster is known at all."""
    directed = [one for one in passages if one.direction]
    found = [*_no_exits(directed), *_unpaired(directed), *_crowded(directed), *_gaps(passages, first, last)]
    if roster_known:
        found += _strangers(directed)
    found += _contradicted(checks)
    return sorted(found, key=lambda one: (one.day, one.at is not None, str(one.at), one.code, one.user))


def days_without_rows(days: Iterable[date], first: date, last: date) -> list[date]:
    """Business days from `first` to `last` on which the door system wrote nothing."""
    seen = set(days)
    span = (first + timedelta(days=at) for at in range((last - first).days + 1))
    return [day for day in span if day not in seen and is_business_day(day)]


def _no_exits(passages: Sequence[Passage]) -> Iterator[Finding]:
    entries = Counter(_day(one.at) for one in passages if one.direction == "in")
    left = {_day(one.at) for one in passages if one.direction == "out"}
    for day, count in entries.items():
        if day not in left:
            yield Finding("no-exits", day, count=count)


def _unpaired(passages: Sequence[Passage]) -> Iterator[Finding]:
    last: dict[tuple[str, date], Passage] = {}
    for one in passages:
        key = (one.user, _day(one.at))
        before = last.get(key)
        if one.direction == "in" and before is not None and before.direction == "in":
            yield Finding("re-entry", key[1], one.at, one.user)
        if one.direction == "out" and (before is None or before.direction == "out"):
            yield Finding("exit-without-entry", key[1], one.at, one.user)
        last[key] = one
    for (user, day), one in last.items():
        if one.direction == "in":
            yield Finding("missing-exit", day, one.at, user)


def _crowded(passages: Sequence[Passage]) -> Iterator[Finding]:
    people: dict[tuple[str, datetime], set[str]] = {}
    for one in passages:
        if one.direction == "in":
            people.setdefault((one.door, one.at.replace(second=0, microsecond=0)), set()).add(one.user)
    for (_, minute), users in people.items():
        if len(users) > 1:
            yield Finding("two-in-one-minute", _day(minute), minute, count=len(users))


def _strangers(passages: Sequence[Passage]) -> Iterator[Finding]:
    rows = Counter((_day(one.at), one.user) for one in passages if not one.staff_id)
    for (day, user), count in rows.items():
        yield Finding("unknown-user", day, user=user, count=count)


def _gaps(passages: Sequence[Passage], first: date, last: date) -> Iterator[Finding]:
    for day in days_without_rows((_day(one.at) for one in passages), first, last):
        yield Finding("day-without-rows", day)


def _contradicted(checks: Iterable[Check]) -> Iterator[Finding]:
    told = CONTRADICTED | {"number-unknown"}
    acts = Counter((check.outcome, _day(check.act.at), check.act.staff_id) for check in checks if check.outcome in told)
    for (outcome, day, staff_id), count in acts.items():
        yield Finding(outcome, day, user=staff_id, count=count)


def _day(at: datetime) -> date:
    return at.astimezone(JST).date()
