"""Access records on their way into the log, and what the audit service announces."""

from typing import Any, ClassVar

from shared.events.event import Event


class RecordsMade(Event):
    """Up to 1,000 access records of one source, in sequence, canonical fields only; every service announces it."""

    TYPE: ClassVar[str] = "audit.record.made.v1"
    source: str
    first: int
    last: int
    records: tuple[dict[str, Any], ...]


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
