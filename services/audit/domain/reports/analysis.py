"""Counts the accesses of a month in one pass: by day, hour, action and person."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from services.audit.domain.reports.months import Month
from shared.calendar.business_days import is_business_day
from shared.calendar.clock import JST

DONE: Final = "done"
REFUSED: Final = "refused"
ACTIONS_SHOWN: Final = 20
HOURS: Final = range(24)

Row = tuple[datetime, str, str, str]
"""When, who, action, outcome."""


@dataclass
class Tally:
    """What was counted. `personal` names the actions that touch personal data."""

    personal: Collection[str]
    outcomes: Counter[str] = field(default_factory=Counter)
    days: Counter[tuple[date, str]] = field(default_factory=Counter)
    hours: Counter[tuple[bool, int]] = field(default_factory=Counter)
    actions: Counter[tuple[str, str]] = field(default_factory=Counter)
    people: Counter[tuple[str, str]] = field(default_factory=Counter)
    touched: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row) -> None:
        """Count one access."""
        at, actor, action, outcome = row
        local = at.astimezone(JST)
        day = local.date()
        self.outcomes[outcome] += 1
        self.days[day, outcome] += 1
        self.hours[is_business_day(day), local.hour] += 1
        self.actions[action, outcome] += 1
        self.people[actor, outcome] += 1
        if outcome == DONE and action in self.personal:
            self.touched[actor] += 1


def tallied(rows: Iterable[Row], personal: Collection[str]) -> Tally:
    """All rows, counted once, in constant memory."""
    tally = Tally(personal)
    for row in rows:
        tally.add(row)
    return tally


def days_shown(tally: Tally, month: Month) -> list[dict[str, Any]]:
    """Each day of the month: acts done and refused, and whether the office was open."""
    return [
        {
            "day": day.isoformat(),
            "open": is_business_day(day),
            "done": tally.days[day, DONE],
            "refused": tally.days[day, REFUSED],
        }
        for day in month.days
    ]


def hours_shown(tally: Tally) -> list[dict[str, int]]:
    """Each hour of the day in Japan: accesses on business days and on closed days."""
    return [{"hour": hour, "open": tally.hours[True, hour], "closed": tally.hours[False, hour]} for hour in HOURS]


def actions_shown(tally: Tally) -> list[dict[str, Any]]:
    """The most frequent actions with how often they were done and refused."""
    names = Counter[str]()
    for (action, _), count in tally.actions.items():
        names[action] += count
    ordered = sorted(names.items(), key=lambda pair: (-pair[1], pair[0]))[:ACTIONS_SHOWN]
    return [
        {"action": name, "done": tally.actions[name, DONE], "refused": tally.actions[name, REFUSED]}
        for name, _ in ordered
    ]


def people_shown(tally: Tally, staff: Collection[str], before: Mapping[str, int]) -> list[dict[str, Any]]:
    """Each member of staff who did something: all acts, refusals, acts on personal data, and those of the month before.

    `before` is empty where the month before has no report.
    """
    seen = sorted({actor for actor, _ in tally.people} & set(staff))
    rows = [
        {
            "staff_id": actor,
            "done": tally.people[actor, DONE],
            "refused": tally.people[actor, REFUSED],
            "personal": tally.touched[actor],
            "before": before.get(actor, 0),
        }
        for actor in seen
    ]
    return sorted(rows, key=lambda row: (-int(row["personal"]), -int(row["done"]), str(row["staff_id"])))


def others(tally: Tally, people: Sequence[Mapping[str, Any]]) -> int:
    """Accesses by nobody on the roster: plans' programs, services, jobs."""
    return sum(tally.outcomes.values()) - sum(
        count for (actor, _), count in tally.people.items() if actor in {row["staff_id"] for row in people}
    )
