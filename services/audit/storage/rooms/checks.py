"""Acts at equipment in a room, and what the room log says to them."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

import orjson
from sqlalchemy import select
from sqlmodel import Session, col

from services.audit.domain.rooms.checks import CONTRADICTED, Act, Check
from services.audit.storage.rooms.tables import RoomCheck, RoomDay
from services.audit.storage.tables import AuditTable, Entry
from shared.auth.presence import UNCONFIRMED
from shared.db.plumbing import insert_or_ignore


def acts_in(session: Session, room: str, since: datetime, until: datetime) -> Iterator[Act]:
    """Done acts of staff at equipment in a room, out of the log."""
    wanted = select(col(Entry.log_index), col(Entry.canonical)).where(
        col(Entry.at) >= since, col(Entry.at) < until, col(Entry.place) == room, col(Entry.outcome) == "done"
    )
    for log_index, canonical in session.connection().execute(wanted.order_by(col(Entry.log_index))):
        record = orjson.loads(canonical)
        if record["actor_kind"] == "staff":
            yield Act(
                log_index,
                record["id"],
                record["actor"],
                datetime.fromisoformat(record["at"]),
                record["action"],
                UNCONFIRMED in record["reason"].split(";"),
            )


def keep_check(session: Session, check: Check, now: datetime) -> bool:
    """Store an outcome; False where the same one is there already."""
    known = session.get(RoomCheck, check.act.log_index)
    if known is not None and known.outcome == check.outcome:
        return False
    row = known or RoomCheck(
        log_index=check.act.log_index,
        record_id=check.act.record_id,
        staff_id=check.act.staff_id,
        at=check.act.at,
        action=check.act.action,
        unconfirmed=check.act.unconfirmed,
        outcome="",
        checked_at=now,
    )
    row.outcome, row.checked_at = check.outcome, now
    session.add(row)
    return True


def checks(session: Session, since: datetime, until: datetime) -> Sequence[RoomCheck]:
    """Outcomes of acts from `since` until before `until`, in the order of the log."""
    wanted = select(RoomCheck).where(col(RoomCheck.at) >= since, col(RoomCheck.at) < until)
    return session.scalars(wanted.order_by(col(RoomCheck.log_index))).all()


def unexplained(session: Session, since: datetime, until: datetime) -> Sequence[RoomCheck]:
    """The acts among them that the room log contradicts."""
    return [row for row in checks(session, since, until) if row.outcome in CONTRADICTED]


def day_checked(session: Session, day: date) -> RoomDay | None:
    """When a day's acts were held against the room log, if ever."""
    return session.get(RoomDay, day)


def note_day(session: Session, day: date, log_size: int, now: datetime) -> None:
    """A day's acts have been held against the room log."""
    table = AuditTable.metadata.tables["room_day"]
    stated = insert_or_ignore(table).values(day=day, log_size=log_size, checked_at=now)
    again = {"log_size": stated.excluded.log_size, "checked_at": stated.excluded.checked_at}
    session.connection().execute(stated.on_conflict_do_update(index_elements=[table.c.day], set_=again))
