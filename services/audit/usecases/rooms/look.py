"""The room log as people look at it: a day's entries and stays, what does not fit, who is inside now."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from services.audit.domain.rooms.checks import Act, Check, Outcome
from services.audit.domain.rooms.quality import Finding, findings_of
from services.audit.parts import AuditParts
from services.audit.storage.rooms import checks, entries
from services.audit.storage.rooms.roster import door_users
from services.audit.storage.rooms.tables import RoomCheck
from services.audit.usecases.rooms.check_acts import ROOM, span
from services.audit.usecases.rooms.import_room_log import FIELDS, OPERATOR_PLACE
from services.audit.usecases.rooms.show import passage_shown, stay_shown
from services.audit.usecases.show import instant
from shared.auth.caller import Caller
from shared.auth.presence import InRoom, presence_of
from shared.db import Work
from shared.refusals import Refusal


def day_of(session: Session, day: date) -> dict[str, Any]:
    """One day: door events, stays as far as they can be known, acts that the room log was asked about."""
    since, until = span(day, day)
    passages = entries.passages(session, since, until)
    return {
        "day": day.isoformat(),
        "entries": [passage_shown(one) for one in passages],
        "stays": [stay_shown(stay) for stay in entries.stays(session, since, until)],
        "exits_known": any(one.direction == "out" for one in passages),
        "covered": entries.covered(session, day),
        "checks": [_check_shown(row) for row in checks.checks(session, since, until)],
    }


def findings_between(session: Session, first: date, last: date) -> list[Finding]:
    """All that does not fit from `first` to `last`; days that no file spans say nothing about missing rows."""
    since, until = span(first, last)
    passages = [one for one in entries.passages(session, since, until) if one.room == ROOM]
    known = [_check_of(row) for row in checks.checks(session, since, until)]
    found = findings_of(passages, known, first=first, last=last, roster_known=bool(door_users(session)))
    return [one for one in found if one.code != "day-without-rows" or _expected(session, one.day)]


def name_at_door(parts: AuditParts, caller: Caller, entry_id: str) -> Callable[[Work], dict[str, Any]]:
    """The transaction that hands out the name beside a door event, with its record. Refusal `not-found`."""

    def write(work: Work) -> dict[str, Any]:
        found = entries.entry(work.session, entry_id)
        if found is None:
            raise Refusal("not-found")
        cipher = parts.keyring.field_cipher(FIELDS)
        work.record(caller.access("audit.room.name", "room_entry", entry_id, subjects=1))
        return {
            "id": found.id,
            "operator": cipher.decrypt(found.operator, place=OPERATOR_PLACE, row=found.id),
            "attribute": found.attribute,
        }

    return write


def inside_shown(known: InRoom | None, now: datetime) -> dict[str, Any]:
    """Who is in the room by the live feed, and whether it lives."""
    return {
        "room": ROOM,
        "as_of": instant(known.as_of if known else None),
        "live": presence_of("", known, now) != "unknown",
        "inside": sorted(known.inside) if known else [],
    }


def _expected(session: Session, day: date) -> bool:
    """Whether rows of that day should be here: between the earliest and the latest that there are."""
    first, last = entries.first_and_last(session)
    since, until = span(day, day)
    return first is not None and last is not None and first < until and since <= last


def _check_of(row: RoomCheck) -> Check:
    outcome: Outcome = row.outcome  # type: ignore[assignment]  # stored from a Check
    return Check(Act(row.log_index, row.record_id, row.staff_id, row.at, row.action, row.unconfirmed), outcome)


def _check_shown(row: RoomCheck) -> dict[str, Any]:
    return {
        "index": row.log_index,
        "record": row.record_id,
        "staff_id": row.staff_id,
        "at": instant(row.at),
        "action": row.action,
        "unconfirmed": row.unconfirmed,
        "outcome": row.outcome,
    }
