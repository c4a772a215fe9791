"""The door system's live feed: what passed, and that the feed lives."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from services.audit.domain.rooms.door_log import Row, passage
from services.audit.domain.rooms.stays import inside_now
from services.audit.parts import AuditParts
from services.audit.storage.rooms import entries
from services.audit.usecases.rooms.check_acts import ROOM, span
from services.audit.usecases.rooms.import_room_log import keep_new, sealed
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.db import Work
from shared.events.audit import RoomPresence

FEED: Final = "feed"


@dataclass(frozen=True, slots=True)
class DoorEvent:
    """One door event as the feed tells it: the columns of the door system's file."""

    at: datetime
    door: str
    kind: str
    from_zone: str
    to_zone: str
    user: str
    operator: str
    attribute: str


def take_feed(parts: AuditParts, caller: Caller, told: Sequence[DoorEvent]) -> Callable[[Work], dict[str, Any]]:
    """Keeps the events, and announces who is inside now. No events: the feed says that it lives.

    Who is inside is counted from the first passage of the day: nobody stays in the room over midnight.
    """
    rows = sealed(parts, [_row(event) for event in told])

    def write(work: Work) -> dict[str, Any]:
        fresh = keep_new(work, rows, FEED)
        since, until = span(_today(work), _today(work))
        inside = inside_now(one for one in entries.passages(work.session, since, until) if one.room == ROOM)
        if fresh:
            work.record(caller.access("audit.room.feed", "room", ROOM, reason=f"fresh-{fresh}"))
        work.announce(RoomPresence(room=ROOM, as_of=work.now, inside=tuple(sorted(inside))), subject=ROOM)
        return {"fresh": fresh, "inside": len(inside)}

    return write


def _row(event: DoorEvent) -> Row:
    at = event.at.astimezone(JST)
    room, direction = passage(event.kind, event.from_zone, event.to_zone, at.date())
    return Row(
        line=0,
        at=at,
        door=event.door,
        kind=event.kind,
        from_zone=event.from_zone,
        to_zone=event.to_zone,
        user=event.user,
        operator=event.operator,
        attribute=event.attribute,
        room=room,
        direction=direction,
    )


def _today(work: Work) -> Any:
    return work.now.astimezone(JST).date()
