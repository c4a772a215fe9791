"""One detection looking at one access: what it sees, and the signs that it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from services.audit.domain.detections.facts import Access, Facts
from services.audit.domain.detections.memory import Memory
from services.audit.domain.detections.rules import Fact, Rule
from shared.calendar.business_days import is_business_day
from shared.calendar.clock import JST

LONGEST_FACT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One access (or entry, or gap) that a detection found odd.

    Signs of one rule with one `key` are one hit, told with the facts of the last one. `about` is whom a case of it is
    about: a person, a door user, a source of records. `index`: the record, None where it is none.
    """

    rule: str
    version: str
    variant: str
    severity: str
    key: str
    at: datetime
    about: str
    actor: str = ""
    object_type: str = ""
    object_id: str = ""
    equipment: str = ""
    index: int | None = None
    facts: dict[str, Fact]


@dataclass(frozen=True, slots=True)
class Look:
    """An access as a rule sees it."""

    access: Access
    facts: Facts
    memory: Memory
    rule: Rule

    def parameter(self, name: str) -> Any:
        """A parameter of the rule."""
        return self.rule.parameters[name]

    @property
    def personal(self) -> bool:
        """Whether a person has handled people's data, and was not refused."""
        access = self.access
        return access.by_person and access.outcome == "done" and access.action in self.facts.acts.personal

    @property
    def counted(self) -> bool:
        """Whether the rule counts this act and this purpose."""
        rule, access = self.rule, self.access
        return access.action not in rule.not_counted and access.purpose not in rule.purposes_not_counted

    def sign(self, variant: str, *key: str, **facts: Fact) -> Sign:
        """A sign of this rule at this access. Facts that every access has are there already."""
        access = self.access
        told: dict[str, Fact] = {
            "actor": access.actor,
            "action": access.action,
            "day": access.day.isoformat(),
            "time": clock_time(access.at),
            "equipment": access.equipment,
            "case": access.case,
        }
        return Sign(
            rule=self.rule.code,
            version=self.rule.version,
            variant=variant,
            severity=self.rule.reasons[variant].severity,
            key="|".join((variant, *key))[:400],
            at=access.at,
            about=f"{access.actor_kind}:{access.actor}",
            actor=access.actor,
            object_type=access.object_type,
            object_id=access.object_id,
            equipment=access.equipment,
            index=access.index,
            facts={name: _short(fact) for name, fact in (told | facts).items()},
        )


Judge = Callable[[Look], Iterable[Sign]]
Keys = Callable[[Access], Iterable[str]]


def nothing(access: Access) -> Iterable[str]:
    """The keys of a rule that remembers nothing."""
    return ()


def clock_time(at: datetime) -> str:
    """The time of day in Japan, to the minute."""
    return at.astimezone(JST).strftime("%H:%M")


def outside_hours(at: datetime, begin: str, end: str) -> str:
    """`holiday` on a day on which the office is closed, `hours` before or after working hours; empty within them."""
    here = at.astimezone(JST)
    if not is_open(here.date()):
        return "holiday"
    return "" if time.fromisoformat(begin) <= here.time() < time.fromisoformat(end) else "hours"


def is_open(day: date) -> bool:
    """Whether the office is open."""
    return is_business_day(day)


def _short(fact: Fact) -> Fact:
    return fact[:LONGEST_FACT] if isinstance(fact, str) else fact
