"""The two cutoffs of a month and their cycles: `2026-06-A` closes on the 15th, `2026-06-B` on the last business day."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from importlib.resources import files
from itertools import takewhile

from shared.calendar.business_days import YEAR_END, Closing, last_of_month, on_or_after, on_or_before
from shared.calendar.clock import JST

_CYCLE = re.compile("([0-9]{4})-(0[1-9]|1[0-2])-([AB])")
_Shift = Callable[[date, Closing], date]
_SHIFTS: Mapping[str, _Shift] = {"previous": on_or_before, "next": on_or_after, "same": lambda day, _: day}


@dataclass(frozen=True)
class CutoffRule:
    """When cycles close and replies are due.

    `shift` moves a mid-month cutoff on a closed day: previous, same or next. `time` is Japan time. `closing` are the
    closed days beside weekends and holidays.
    """

    version: str
    in_force_from: date
    mid_day: int = 15
    shift: str = "next"
    time: time = time(23, 59, 59)
    reply_day_a: int = 25
    reply_day_b: int = 10
    closing: Closing = YEAR_END

    def __post_init__(self) -> None:
        """The rule must be one that every month can follow."""
        days = (self.mid_day, self.reply_day_a, self.reply_day_b)
        if self.shift not in _SHIFTS or not all(1 <= day <= 28 for day in days):
            raise ValueError(f"{self.version}: no such cutoff rule")


@cache
def rules() -> tuple[CutoffRule, ...]:
    """Every rule, oldest first."""
    data = tomllib.loads((files("shared.calendar") / "data" / "cutoffs.toml").read_text("utf-8"))
    return tuple(sorted((CutoffRule(**rule) for rule in data["rules"]), key=lambda rule: rule.in_force_from))


def rule_for(day: date) -> CutoffRule:
    """The rule in force on a day; before the first one, the first."""
    in_force = [rule for rule in rules() if rule.in_force_from <= day]
    return in_force[-1] if in_force else rules()[0]


def is_cycle(text: str) -> bool:
    """Whether the text names a cycle."""
    return _CYCLE.fullmatch(text) is not None


def cutoff_day(cycle: str, rule: CutoffRule | None = None) -> date:
    """The day on which a cycle closes."""
    year, month, half = _read(cycle)
    rule = rule or rule_for(date(year, month, 1))
    if half == "B":
        return last_of_month(year, month, rule.closing)
    return _SHIFTS[rule.shift](date(year, month, rule.mid_day), rule.closing)


def cutoff_at(cycle: str, rule: CutoffRule | None = None) -> datetime:
    """The instant at which a cycle closes, UTC; what is accepted at that instant still belongs to it."""
    day = cutoff_day(cycle, rule)
    rule = rule or rule_for(day.replace(day=1))
    return datetime.combine(day, rule.time, JST).astimezone(UTC)


def cycle_of(instant: datetime, rule: CutoffRule | None = None) -> str:
    """The cycle that an acceptance at an (aware) instant falls into: the first that is not yet closed."""
    day = instant.astimezone(JST).date()
    cycle = f"{day:%Y-%m}-A"
    while cutoff_at(cycle, rule) < instant:
        cycle = next_cycle(cycle)
    return cycle


def next_cycle(cycle: str) -> str:
    """The cycle after this one."""
    year, month, half = _read(cycle)
    if half == "A":
        return f"{year:04}-{month:02}-B"
    return f"{year + month // 12:04}-{month % 12 + 1:02}-A"


def previous_cycle(cycle: str) -> str:
    """The cycle before this one."""
    year, month, half = _read(cycle)
    if half == "B":
        return f"{year:04}-{month:02}-A"
    return f"{year - (month == 1):04}-{(month - 2) % 12 + 1:02}-B"


def cycles_between(after: datetime, until: datetime, rule: CutoffRule | None = None) -> list[str]:
    """The cycles that close after one instant and not later than the other, in order."""
    return list(takewhile(lambda cycle: cutoff_at(cycle, rule) <= until, _closing_after(after, rule)))


def reply_due(cycle: str, rule: CutoffRule | None = None) -> date:
    """The day by which a cycle's replies are sent: late in the same month, or about the 10th of the next."""
    year, month, half = _read(cycle)
    rule = rule or rule_for(date(year, month, 1))
    if half == "A":
        return on_or_before(date(year, month, rule.reply_day_a), rule.closing)
    return on_or_before(date(year + month // 12, month % 12 + 1, rule.reply_day_b), rule.closing)


def _closing_after(instant: datetime, rule: CutoffRule | None) -> Iterator[str]:
    cycle = cycle_of(instant, rule)
    if cutoff_at(cycle, rule) == instant:
        cycle = next_cycle(cycle)
    while True:
        yield cycle
        cycle = next_cycle(cycle)


def _read(cycle: str) -> tuple[int, int, str]:
    match = _CYCLE.fullmatch(cycle)
    if match is None:
        raise ValueError("a cycle is written YYYY-MM-A or YYYY-MM-B")
    return int(match[1]), int(match[2]), match[3]
