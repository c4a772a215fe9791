"""How the room log looks from outside: numbers at the door and staff ids, no names."""

from typing import Any

from services.audit.domain.rooms.quality import Finding
from services.audit.domain.rooms.stays import Passage, Stay
from services.audit.storage.rooms.tables import RoomImport
from services.audit.usecases.show import instant


def import_shown(made: RoomImport, *, again: bool = False) -> dict[str, Any]:
    """A file that was taken in; `again`: these very bytes had been before."""
    return {
        "id": made.id,
        "digest": made.digest,
        "rows": made.rows,
        "fresh": made.fresh,
        "first_on": made.first_on.isoformat(),
        "last_on": made.last_on.isoformat(),
        "imported_at": instant(made.imported_at),
        "imported_by": made.imported_by,
        "again": again,
    }


def passage_shown(one: Passage) -> dict[str, Any]:
    """A door event."""
    return {
        "id": one.entry_id,
        "at": instant(one.at),
        "room": one.room,
        "door": one.door,
        "direction": one.direction,
        "user": one.user,
        "staff_id": one.staff_id,
    }


def stay_shown(stay: Stay) -> dict[str, Any]:
    """From an entry to its exit; `minutes` only where the exit is known."""
    left = stay.left_at
    return {
        "room": stay.room,
        "user": stay.user,
        "staff_id": stay.staff_id,
        "entered_at": instant(stay.entered_at),
        "left_at": instant(left),
        "minutes": None if left is None else int((left - stay.entered_at).total_seconds() // 60),
    }


def finding_shown(finding: Finding) -> dict[str, Any]:
    """What does not fit, as a sentence and as facts."""
    return {
        "code": finding.code,
        "weight": finding.kind.weight,
        "day": finding.day.isoformat(),
        "at": instant(finding.at),
        "user": finding.user,
        "count": finding.count,
        "ja": finding.ja,
        "en": finding.en,
    }
