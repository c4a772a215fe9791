"""Detections about what for: a purpose without an open case, access after the reply was delivered."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final

from services.audit.domain.detections.facts import Access, day_of
from services.audit.domain.detections.look import Look, Sign
from services.audit.domain.detections.memory import Memory
from services.audit.domain.detections.rules import table

FOR_GOOD: Final = timedelta(days=3660)  # longer than the records of a case are kept


@dataclass(frozen=True, slots=True)
class Mark:
    """Recorded acts that open, end or deliver a case."""

    mark: str
    of: str
    in_force_from: date
    actions: Sequence[str]
    reason: str = ""
    object_type: str = ""

    def names(self, access: Access) -> str:
        """The case that an access marks, empty where it marks none."""
        fits = self.reason in ("", access.reason) and self.object_type in ("", access.object_type)
        if not fits or access.outcome != "done" or access.day < self.in_force_from:
            return ""
        return access.object_id if self.of == "object" else access.case


@cache
def marks() -> dict[str, tuple[Mark, ...]]:
    """The marks, by action."""
    found: dict[str, tuple[Mark, ...]] = {}
    for row in table("marks.toml")["marks"]:
        for action in row["actions"]:
            found[action] = (*found.get(action, ()), Mark(**row))
    return found


@cache
def exports() -> frozenset[str]:
    """The acts that carry data out."""
    return frozenset(table("marks.toml")["exports"]["actions"])


def matter_keys(access: Access) -> Iterable[str]:
    """Every case that an access marks or names."""
    names = {mark.names(access) for mark in marks().get(access.action, ())}
    if access.by_person:
        names |= {access.case, access.object_id}
    return [f"matter|{name}" for name in sorted(names) if name]


def keep_matters(access: Access, memory: Memory) -> None:
    """Note what an access says about cases: opened first, delivered or closed last."""
    for mark in marks().get(access.action, ()):
        name = mark.names(access)
        if not name:
            continue
        known: dict[str, Any] = memory.get(f"matter|{name}") or {}
        first = mark.mark == "opened" and mark.mark in known
        if not first:
            memory.put(f"matter|{name}", known | {mark.mark: access.at.isoformat()}, access.at + FOR_GOOD)


def purpose_without_case(look: Look) -> Iterator[Sign]:
    """People's data are handled for no case, for one that nobody ever opened, or for one that has ended."""
    access = look.access
    if not (look.personal and look.counted):
        return
    if not (access.purpose and access.case):
        if access.action in look.facts.acts.stated:
            yield look.sign("none", access.actor, access.day.isoformat())
        return
    matter = look.memory.get(f"matter|{access.case}")
    if matter is None:
        yield look.sign("unknown", access.actor, access.case)
    elif (closed := _passed(matter, "closed", look, hours=look.parameter("grace_hours"))) is not None:
        yield look.sign("closed", access.actor, access.case, closed_on=closed.isoformat())


def after_delivery(look: Look) -> Iterator[Sign]:
    """People's data are handled for a request, batch or disc whose reply has arrived."""
    access = look.access
    if not (look.personal and look.counted):
        return
    for name in dict.fromkeys((access.case, access.object_id)):
        matter = look.memory.get(f"matter|{name}") or {}
        delivered = _passed(matter, "delivered", look, hours=24 * int(look.parameter("grace_days")))
        if delivered is not None:
            yield look.sign("delivered", access.actor, name, case=name, delivered_on=delivered.isoformat())
            return


def _passed(matter: dict[str, str], mark: str, look: Look, *, hours: int) -> date | None:
    """The day of a mark that lies longer back than the grace."""
    if mark not in matter:
        return None
    at = datetime.fromisoformat(matter[mark])
    return day_of(at) if look.access.at - at > timedelta(hours=hours) else None
