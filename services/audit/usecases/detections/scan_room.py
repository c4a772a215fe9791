"""Compare each day of the room log with what was done in the room, once the log is there or long overdue."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

import orjson
from sqlmodel import Session

from services.audit.domain.detections.facts import Entry, access_of
from services.audit.domain.detections.memory import Kept
from services.audit.domain.detections.room_days import KEPT, ROOM, WAITING, RoomDay, room_signs
from services.audit.domain.detections.rules import rules_on
from services.audit.parts import AuditParts
from services.audit.storage.detections import progress as stored
from services.audit.storage.rooms import entries, roster
from services.audit.usecases.detections.keep_signs import keep_new_signs
from services.audit.usecases.detections.known_facts import acts
from shared.calendar.clock import day_begins
from shared.db import Work

IMPORTS: Final = "room|imports"
DAY: Final = timedelta(days=1)


async def next_room_day(parts: AuditParts, until: datetime) -> datetime | None:
    """When something is due: at once after an import, else when a day has waited in vain for its room log."""
    due = await parts.db.read(lambda session: _due(parts, session))
    return due if due is not None and due <= until else None


async def scan_room(parts: AuditParts, at: datetime) -> Mapping[str, int]:
    """The job. Judges a day again after a later import: what was found stays, what is new is added."""
    return await asyncio.to_thread(parts.db.write_now, lambda work: _scan(parts, work, at))


def _due(parts: AuditParts, session: Session) -> datetime | None:
    imports = stored.imports_after(session, _seen(session), 1)
    if imports:
        return imports[0].imported_at
    waiting = _waiting(session)
    return None if not waiting else _overdue(parts, min(waiting))


def _scan(parts: AuditParts, work: Work, at: datetime) -> Mapping[str, int]:
    waiting, days, last = _waiting(work.session), set[date](), ""
    for one in stored.imports_after(work.session, _seen(work.session), 100):
        spanned = set(_days(one.first_on, one.last_on))
        days |= {day for day in spanned if day_begins(day + DAY) <= one.imported_at}
        waiting |= spanned  # a day that is not over may have more to come
        last = one.id
    days |= {day for day in waiting if _overdue(parts, day) <= at}
    hits = sum(_judge(work, day) for day in sorted(days))
    changes = {WAITING: sorted(day.isoformat() for day in waiting - days)} | ({IMPORTS: last} if last else {})
    stored.remember(work.session, {key: Kept(value, at + KEPT) for key, value in changes.items()})
    return {"days": len(days), "hits": hits}


def _judge(work: Work, day: date) -> int:
    return keep_new_signs(work, room_signs(_room_day(work.session, day), rules_on(day)))


def _room_day(session: Session, day: date) -> RoomDay:
    since, before = day_begins(day), day_begins(day + DAY)
    rows = stored.records_between(session, since, before, place=ROOM)
    passed = entries.passages(session, since, before)
    return RoomDay(
        day,
        [Entry(one.at, one.user, one.door, one.direction == "in") for one in passed if one.direction],
        [access_of(index, orjson.loads(entry)) for index, entry in rows],
        {one.staff_id: one for one in roster.standings(session)},
        registry=acts().registry,
        has_log=bool(passed) or entries.covered(session, day),
    )


def _seen(session: Session) -> str:
    """The last import that was looked at."""
    kept = stored.remembered(session, (IMPORTS,)).get(IMPORTS)
    return "" if kept is None else str(kept.value)


def _waiting(session: Session) -> set[date]:
    kept = stored.remembered(session, (WAITING,)).get(WAITING)
    return set() if kept is None else {date.fromisoformat(day) for day in kept.value}


def _overdue(parts: AuditParts, day: date) -> datetime:
    return day_begins(day + DAY) + timedelta(days=parts.settings.room_log_days)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
