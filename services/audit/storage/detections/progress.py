"""How far detections have come, what they remember, and the records they go on with."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, delete, select
from sqlmodel import Session, col

from services.audit.domain.detections.memory import Kept
from services.audit.storage.detections.tables import Progress, Remembered
from services.audit.storage.rooms.tables import RoomImport
from services.audit.storage.tables import AuditTable, Entry
from shared.db.plumbing import insert_or_ignore

AT_ONCE: Final = 500
Record = tuple[int, bytes]
"""A record as (log index, canonical bytes)."""


def progress(session: Session, name: str, *, to_move: bool = False) -> Progress | None:
    """How far one has come; None before its first run. `to_move` keeps other runs waiting."""
    wanted = select(Progress).where(col(Progress.name) == name)
    return session.scalars(wanted.with_for_update() if to_move else wanted).first()


def position(session: Session, name: str) -> int:
    """How many records of the log have been judged."""
    found = progress(session, name)
    return 0 if found is None else found.position


def move(session: Session, name: str, now: datetime, *, position: int = 0, day: str = "") -> None:
    """Come so far."""
    found = progress(session, name)
    if found is None:
        session.add(Progress(name=name, position=position, day=day, moved_at=now))
        return
    found.position, found.day, found.moved_at = position, day, now
    session.add(found)


def records_after(session: Session, position: int, limit: int) -> list[Record]:
    """The next records of the log."""
    index = col(Entry.log_index)
    wanted = select(index, col(Entry.canonical)).where(index >= position).order_by(index).limit(limit)
    return _records(session, wanted)


def records_between(
    session: Session, since: datetime, before: datetime, *, place: str, limit: int = 100_000
) -> list[Record]:
    """Records made at a place in a span of time."""
    wanted = select(col(Entry.log_index), col(Entry.canonical)).where(col(Entry.at) >= since, col(Entry.at) < before)
    wanted = wanted.where(col(Entry.place) == place)
    return _records(session, wanted.order_by(col(Entry.log_index)).limit(limit))


def records_of(session: Session, actor: str, first: int, last: int, *, around: int, limit: int) -> list[Record]:
    """What somebody did from one record to another, and some records before and after."""
    index = col(Entry.log_index)
    theirs = select(index, col(Entry.canonical)).where(col(Entry.actor) == actor)
    before = _records(session, theirs.where(index < first).order_by(index.desc()).limit(around))
    within = _records(session, theirs.where(index >= first, index <= last).order_by(index).limit(limit))
    after = _records(session, theirs.where(index > last).order_by(index).limit(around))
    return [*reversed(before), *within, *after]


def imports_after(session: Session, after: str, limit: int) -> Sequence[RoomImport]:
    """Files of the door system that were taken in after another one."""
    wanted = select(RoomImport).where(col(RoomImport.id) > after).order_by(col(RoomImport.id)).limit(limit)
    return session.scalars(wanted).all()


def remembered(session: Session, keys: Iterable[str]) -> dict[str, Kept]:
    """What is remembered under these keys."""
    found: dict[str, Kept] = {}
    wanted = sorted(keys)
    table = AuditTable.metadata.tables["detection_memory"]
    for begin in range(0, len(wanted), AT_ONCE):
        some = select(table).where(table.c.key.in_(wanted[begin : begin + AT_ONCE]))
        found |= {row.key: Kept(row.value, row.until) for row in session.connection().execute(some)}
    return found


def remember(session: Session, changes: Mapping[str, Kept]) -> None:
    """Keep what has changed."""
    if not changes:
        return
    rows = [{"key": key, "value": kept.value, "until": kept.until} for key, kept in sorted(changes.items())]
    statement = insert_or_ignore(AuditTable.metadata.tables["detection_memory"])
    replaced = {"value": statement.excluded.value, "until": statement.excluded.until}
    session.connection().execute(statement.on_conflict_do_update(index_elements=["key"], set_=replaced), rows)


def forget(session: Session, now: datetime) -> int:
    """Drop what nobody needs any more; how much."""
    return session.connection().execute(delete(Remembered).where(col(Remembered.until) < now)).rowcount


def _records(session: Session, wanted: Select[int, bytes]) -> list[Record]:
    return [(row[0], row[1]) for row in session.connection().execute(wanted)]
