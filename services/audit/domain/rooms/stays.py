"""Who was inside when, as far as door events tell. Where no exit is known, nothing is said about how long."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from services.audit.domain.rooms.door_log import Direction
from shared.calendar.clock import JST

MINUTE: Final = timedelta(minutes=1)
Presence = Literal["inside", "entered", "outside"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One person went through the door of a room; `user` is the door system's number, `staff_id` empty if nobody's."""

    at: datetime
    room: str
    door: str
    user: str
    staff_id: str
    direction: Direction
    entry_id: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """From an entry to the exit that followed it. `left_at` None: no exit is known, so no dwell time either."""

    user: str
    staff_id: str
    room: str
    entered_at: datetime
    left_at: datetime | None


def stays_of(passages: Iterable[Passage]) -> list[Stay]:
    """Entries paired with exits, each person's in the order of time; an entry that another one follows stays open."""
    found: list[Stay] = []
    open_: dict[tuple[str, str], Passage] = {}
    for one in passages:
        key = (one.room, one.user)
        entered = open_.pop(key, None)
        if entered is not None:
            found.append(_stay(entered, one.at if one.direction == "out" else None))
        if one.direction == "in":
            open_[key] = one
    found += [_stay(entered, None) for entered in open_.values()]
    return sorted(found, key=lambda stay: (stay.entered_at, stay.user))


def presence(stays: Sequence[Stay], at: datetime) -> Presence:
    """Whether one person was inside at an instant, by that person's stays.

    `inside`: between an entry and its exit, the minutes of both included, for doors count in minutes. `entered`: came
    in that day, and no exit is known. `outside`: neither.
    """
    told: Presence = "outside"
    for stay in stays:
        if at < _minute(stay.entered_at):
            continue
        if stay.left_at is None:
            if stay.entered_at.astimezone(JST).date() == at.astimezone(JST).date():
                told = "entered"
        elif at < _minute(stay.left_at) + MINUTE:
            return "inside"
    return told


def inside_now(passages: Iterable[Passage]) -> frozenset[str]:
    """The staff whose last passage of the day was an entry."""
    last: dict[str, Passage] = {one.staff_id: one for one in passages if one.staff_id and one.direction}
    return frozenset(staff_id for staff_id, one in last.items() if one.direction == "in")


def by_staff(stays: Iterable[Stay]) -> Mapping[str, list[Stay]]:
    """Stays of those whose number is known."""
    found: dict[str, list[Stay]] = {}
    for stay in stays:
        if stay.staff_id:
            found.setdefault(stay.staff_id, []).append(stay)
    return found


def _stay(entered: Passage, left_at: datetime | None) -> Stay:
    return Stay(entered.user, entered.staff_id, entered.room, entered.at, left_at)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
