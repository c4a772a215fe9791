"""Acts in the security room held against the room log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from services.audit.domain.rooms.stays import Passage, Stay, by_staff, presence, stays_of
from shared.calendar.clock import JST

Outcome = Literal["confirmed", "entered", "not-inside", "room-empty", "number-unknown"]
CONTRADICTED: Final = frozenset({"not-inside", "room-empty"})


@dataclass(frozen=True, slots=True)
class Act:
    """A record of a person's act at equipment in the room. `unconfirmed`: presence was not known at the time."""

    log_index: int
    record_id: str
    staff_id: str
    at: datetime
    action: str
    unconfirmed: bool


@dataclass(frozen=True, slots=True)
class Check:
    """An act and what the room log says to it.

    `confirmed`: was inside. `entered`: came in that day, no exit is known. `not-inside`: others were, this person not.
    `room-empty`: nobody was. `number-unknown`: the person has no number at the door on the register.
    """

    act: Act
    outcome: Outcome


def checked(acts: Iterable[Act], passages: Iterable[Passage], numbered: Mapping[str, str]) -> list[Check]:
    """Each act with its outcome; `numbered` is staff id -> number at the door."""
    of_day: dict[date, list[Passage]] = {}
    for one in passages:
        of_day.setdefault(_day(one.at), []).append(one)
    stays = {day: stays_of(those) for day, those in of_day.items()}
    return [Check(act, _outcome(act, stays.get(_day(act.at), []), numbered)) for act in acts]


def worth_keeping(check: Check) -> bool:
    """What the log itself confirms needs no note; what was unconfirmed at the time gets its outcome, good or bad."""
    return check.act.unconfirmed or check.outcome in CONTRADICTED


def _outcome(act: Act, stays: Sequence[Stay], numbered: Mapping[str, str]) -> Outcome:
    if not any(presence([stay], act.at) != "outside" for stay in stays):
        return "room-empty"
    if not numbered.get(act.staff_id):
        return "number-unknown"
    found = presence(by_staff(stays).get(act.staff_id, []), act.at)
    if found == "outside":
        return "not-inside"
    return "confirmed" if found == "inside" else "entered"


def _day(at: datetime) -> date:
    return at.astimezone(JST).date()
