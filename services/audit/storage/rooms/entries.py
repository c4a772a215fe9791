"""Queries on the room log."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import func, insert, select
from sqlmodel import Session, col

from services.audit.domain.rooms.door_log import Direction
from services.audit.domain.rooms.stays import Passage, Stay, stays_of
from services.audit.storage.rooms.roster import door_users
from services.audit.storage.rooms.tables import RoomEntry, RoomImport
from services.audit.storage.tables import AuditTable


def keep_entries(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store door events that are not known yet."""
    if rows:
        session.connection().execute(insert(AuditTable.metadata.tables["room_entry"]), list(rows))


def known_ids(session: Session, ids: Sequence[str]) -> set[str]:
    """Which of the rows are in the room log already."""
    found: set[str] = set()
    for at in range(0, len(ids), 500):
        some = select(col(RoomEntry.id)).where(col(RoomEntry.id).in_(ids[at : at + 500]))
        found.update(session.scalars(some))
    return found


def passages(session: Session, since: datetime, until: datetime) -> list[Passage]:
    """Door events of rooms from `since` until before `until`, in the order of time, with whose number it was."""
    staff = {user: staff_id for staff_id, user in door_users(session).items()}
    return [
        Passage(row.at, row.room, row.door, row.user, staff.get(row.user, ""), cast(Direction, row.direction), row.id)
        for row in _rows(session, since, until)
        if row.room
    ]


def stays(session: Session, since: datetime, until: datetime) -> list[Stay]:
    """Who was inside when; a stay without `left_at` has no known end and no dwell time."""
    return stays_of(passages(session, since, until))


def entry(session: Session, entry_id: str) -> RoomEntry | None:
    """One door event."""
    return session.get(RoomEntry, entry_id)


def import_of(session: Session, digest: str) -> RoomImport | None:
    """The import of a file with these bytes."""
    return session.scalars(select(RoomImport).where(col(RoomImport.digest) == digest)).first()


def imports(session: Session, *, before: str, limit: int) -> Sequence[RoomImport]:
    """Imports, the newest first."""
    wanted = select(RoomImport).order_by(col(RoomImport.id).desc()).limit(limit)
    return session.scalars(wanted.where(col(RoomImport.id) < before) if before else wanted).all()


def covered(session: Session, day: date) -> bool:
    """Whether a file of the door system spans that day, rows or none."""
    spans = select(func.count()).where(col(RoomImport.first_on) <= day, col(RoomImport.last_on) >= day)
    return session.scalars(spans).one() > 0


def first_and_last(session: Session) -> tuple[datetime | None, datetime | None]:
    """The earliest and the latest door event."""
    row = session.connection().execute(select(func.min(col(RoomEntry.at)), func.max(col(RoomEntry.at)))).one()
    return row[0], row[1]


def _rows(session: Session, since: datetime, until: datetime) -> Sequence[RoomEntry]:
    wanted = select(RoomEntry).where(col(RoomEntry.at) >= since, col(RoomEntry.at) < until)
    return session.scalars(wanted.order_by(col(RoomEntry.at), col(RoomEntry.line))).all()
