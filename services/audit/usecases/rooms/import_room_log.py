"""A file of the door system is taken into the room log, each door event once."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from services.audit.domain.rooms.door_log import Row, numbered, read_door_log
from services.audit.parts import AuditParts
from services.audit.storage.rooms import entries
from services.audit.storage.rooms.tables import RoomImport
from services.audit.usecases.rooms.check_acts import check_days
from services.audit.usecases.rooms.show import import_shown
from shared.calendar.clock import JST
from shared.db import Work
from shared.ids import new_id
from shared.refusals import Refusal
from shared.trail import Access, Actor

FIELDS: Final = "room-log"
OPERATOR_PLACE: Final = "room_entry.operator"
ROOM_LOG: Final = Actor.job("room-log")
LONGEST_SPAN_DAYS: Final = 400


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that has been read, its rows with the names sealed, ready to be stored."""

    digest: str
    rows: Sequence[dict[str, Any]]

    @classmethod
    def of(cls, parts: AuditParts, data: bytes) -> "ReadFile":
        """Reads and seals. Refusals of `read_door_log`, and `room-log-empty`, `room-log-span`, `room-log-ahead`."""
        read = read_door_log(data)
        if not read:
            raise Refusal("room-log-empty")
        first, last = min(row.at for row in read), max(row.at for row in read)
        if (last - first).days > LONGEST_SPAN_DAYS:
            raise Refusal("room-log-span", days=LONGEST_SPAN_DAYS)
        if last.astimezone(JST).date() > parts.clock.now().astimezone(JST).date():
            raise Refusal("room-log-ahead")
        return cls(hashlib.sha256(data).hexdigest(), sealed(parts, read))


def import_room_log(parts: AuditParts, file: ReadFile, access: Access, by: str) -> Callable[[Work], dict[str, Any]]:
    """The transaction: new rows, one record for each of them, and the acts of those days held against the room log.

    The same file again, or rows that another file had, add nothing.
    """

    def write(work: Work) -> dict[str, Any]:
        known = entries.import_of(work.session, file.digest)
        if known is not None:
            work.record(_named(access, known.id, file.digest))
            return import_shown(known, again=True)
        import_id = new_id()
        stored = keep_new(work, file.rows, import_id)
        days = [row["at"].astimezone(JST).date() for row in file.rows]
        made = RoomImport(
            id=import_id,
            digest=file.digest,
            rows=len(file.rows),
            fresh=stored,
            first_on=min(days),
            last_on=max(days),
            imported_at=work.now,
            imported_by=by,
        )
        work.session.add(made)
        work.session.flush()
        work.record(_named(access, import_id, file.digest))
        check_days(work, made.first_on, made.last_on)
        return import_shown(made, again=False)

    return write


def keep_new(work: Work, rows: Sequence[dict[str, Any]], import_id: str) -> int:
    """Stores door events that are not known yet, each with its record; how many they were."""
    known = entries.known_ids(work.session, [row["id"] for row in rows])
    fresh = [{**row, "import_id": import_id} for row in rows if row["id"] not in known]
    entries.keep_entries(work.session, fresh)
    for row in fresh:
        work.record(_passage(row, import_id))
    return len(fresh)


def _passage(row: dict[str, Any], import_id: str) -> Access:
    if row["direction"] == "in":
        return Access(ROOM_LOG, "audit.room.in", "room_entry", row["id"], case=import_id, channel="door")
    if row["direction"] == "out":
        return Access(ROOM_LOG, "audit.room.out", "room_entry", row["id"], case=import_id, channel="door")
    return Access(ROOM_LOG, "audit.room.other", "room_entry", row["id"], case=import_id, channel="door")


def sealed(parts: AuditParts, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows as they are stored: the name of the person encrypted, bound to its row."""
    named = [(hashlib.sha256(what.encode()).hexdigest(), row) for what, row in numbered(rows)]
    cipher = parts.keyring.field_cipher(FIELDS)
    names = cipher.encrypt_many(
        [row.operator for _, row in named], place=OPERATOR_PLACE, rows=[row_id for row_id, _ in named]
    )
    return [
        {
            "id": row_id,
            "line": row.line,
            "at": row.at,
            "room": row.room,
            "door": row.door,
            "kind": row.kind,
            "from_zone": row.from_zone,
            "to_zone": row.to_zone,
            "direction": row.direction,
            "user": row.user,
            "operator": name,
            "attribute": row.attribute,
        }
        for (row_id, row), name in zip(named, names, strict=True)
    ]


def _named(access: Access, import_id: str, digest: str) -> Access:
    return replace(access, object_id=import_id, release=f"sha256:{digest}")
