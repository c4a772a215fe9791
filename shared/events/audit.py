"""Access records on their way into the log, and what the audit service announces."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import SkipValidation

from shared.events.event import Event


class RecordsMade(Event):
    """Up to 1,000 access records of one source, in sequence, canonical fields only; every service announces it.

    What a record may hold, its consumer looks at, once: its canonical form depends on it.
    """

    TYPE: ClassVar[str] = "audit.record.made.v1"
    source: str
    first: int
    last: int
    records: tuple[Annotated[dict[str, Any], SkipValidation], ...]


class TrailHead(Event):
    """What a source has numbered last, told when its trail does not reach that far: a record went before it left."""

    TYPE: ClassVar[str] = "audit.trail.head.v1"
    source: str
    sequence: int
    digest: str


class FreezeSet(Event):
    """Releases of a plan, medium, account or key stop at once."""

    TYPE: ClassVar[str] = "audit.freeze.set.v1"
    freeze_id: str
    object_type: str
    object_id: str


class FreezeLifted(Event):
    """A freeze ended."""

    TYPE: ClassVar[str] = "audit.freeze.lifted.v1"
    freeze_id: str
    object_type: str
    object_id: str


class HoldSet(Event):
    """What is kept of an object may not be destroyed by its clock until an instant, because a law asks for it."""

    TYPE: ClassVar[str] = "audit.hold.set.v1"
    hold_id: str
    object_type: str
    object_id: str
    ends_at: datetime


class HoldLifted(Event):
    """A hold ended before its time."""

    TYPE: ClassVar[str] = "audit.hold.lifted.v1"
    hold_id: str


class RoomPresence(Event):
    """Who is in a room by the door system's live feed, as staff ids; told again and again while the feed lives."""

    TYPE: ClassVar[str] = "audit.room.presence.v1"
    room: str
    as_of: datetime
    inside: tuple[str, ...]
