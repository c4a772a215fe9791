"""Copies of personal data, kept and destroyed: every service that holds one tells it in the same shape."""

from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from shared.events.event import Event


class KeptCopy(BaseModel):
    """One copy, by the id under which its destruction is told, and how many records are in it."""

    model_config = ConfigDict(frozen=True)

    copy_id: str
    records: int = 0


class CopiesKept(Event):
    """Copies of one object came to be, or it is known now until when they are kept.

    `what` as in CopyDestroyed; `belongs_to` are more objects (type/id) by which a hold may name them; `due_at` is None
    while what ends their keeping has not happened yet.
    """

    TYPE: ClassVar[str] = "shokai.copy.kept.v1"
    service: str
    what: str
    object_type: str
    object_id: str
    belongs_to: tuple[str, ...] = ()
    kept_from: datetime
    due_at: datetime | None = None
    copies: tuple[KeptCopy, ...]


class CopyDestroyed(Event):
    """A copy of personal data no longer exists anywhere in this system.

    `what` is a row of the destruction table (reader_copy, transfer_file, received_media, reply_backup, my_numbers,
    inquiry_numbers, request_data, exchange_file), evidence of matching, or a key; `digest` is that of the destroyed
    cipher text, or of the list of what was destroyed.
    """

    TYPE: ClassVar[str] = "shokai.copy.destroyed.v1"
    copy_id: str
    service: str
    what: str
    object_type: str
    object_id: str
    records: int
    digest: str
    method: str
    due_at: datetime
    destroyed_at: datetime
    by: str
    approval: str = ""
