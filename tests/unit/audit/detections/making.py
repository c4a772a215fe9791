"""Accesses, standings and door events for the tests of the detections; a day is an ordinary Wednesday in Japan."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from services.audit.domain.detections.facts import Access, Acts, Entry, Facts, Standing
from services.audit.domain.detections.judging import judged
from services.audit.domain.detections.look import Sign
from services.audit.domain.detections.memory import Memory
from shared.calendar.clock import JST

DAY: Final = date(2026, 6, 3)
READ: Final = "matcher.review.read"
ACTS: Final = Acts(
    personal=frozenset({READ, "matcher.batch.hand_over", "media.disc.make_image", "media.disc.password"}),
    registry=frozenset({READ, "matcher.batch.hand_over"}),
    exports=frozenset({"media.disc.make_image", "matcher.batch.hand_over"}),
    stated=frozenset({READ, "matcher.batch.hand_over", "media.disc.password"}),
)
ON_ROSTER: Final = Standing(
    "op-1", "operator", date(2024, 4, 1), pledged_on=date(2024, 4, 1), trained_on=date(2026, 4, 1), door_user="123"
)
OTHER: Final = Standing(
    "op-2", "operator", date(2024, 4, 1), pledged_on=date(2024, 4, 1), trained_on=date(2026, 4, 1), door_user="456"
)


def at(clock: str, day: date = DAY) -> datetime:
    """A time of that day in Japan."""
    return datetime.combine(day, time.fromisoformat(clock), JST)


def act(clock: str = "10:00", day: date = DAY, **stated: Any) -> Access:
    """A review read by op-1 in the room, as it should be, except for what is stated."""
    usual: dict[str, Any] = {
        "index": 0,
        "at": at(clock, day),
        "actor": "op-1",
        "team": "operator",
        "equipment": "jlis-1",
        "place": "security_room",
        "action": READ,
        "object_type": "review",
        "object_id": "rv-1",
        "subjects": 1,
        "purpose": "review",
        "case": "rv-1",
    }
    return Access(**(usual | stated))


def opened(case: str = "rv-1", day: date = DAY, clock: str = "09:00") -> Access:
    """The system opens a case."""
    return act(clock, day, actor="matching", actor_kind="job", action="matcher.batch.build", object_id=case, case="")


def days(count: int, *, before: date = DAY) -> list[date]:
    """So many days up to the one before a day."""
    return [before - timedelta(days=number) for number in range(count, 0, -1)]


def numbered(accesses: Iterable[Access]) -> list[Access]:
    """The same with their places in the log."""
    return [
        Access(**{name: getattr(access, name) for name in Access.__dataclass_fields__} | {"index": index})
        for index, access in enumerate(accesses)
    ]


def signs(accesses: Sequence[Access], *standings: Standing, **ties: frozenset[str]) -> list[Sign]:
    """All signs that a run of accesses shows."""
    facts = Facts(ACTS, {one.staff_id: one for one in standings}, ties)
    return [sign for one in judged(numbered(accesses), facts, Memory()) for sign in one.signs]


def found(accesses: Sequence[Access], *standings: Standing, **ties: frozenset[str]) -> set[str]:
    """Their rules and forms as `rule/variant`."""
    return {f"{sign.rule}/{sign.variant}" for sign in signs(accesses, *standings, **ties)}


def door(clock: str, user: str = "123", *, inside: bool = True, day: date = DAY) -> Entry:
    """A door event."""
    return Entry(at(clock, day), user, "10F", inside)
