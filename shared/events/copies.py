"""Destroyed copies: one event a publisher, all of one shape; the audit service makes the certificate."""

from datetime import datetime
from typing import ClassVar

from shared.events.event import Event


class CopyDestroyed(Event):
    """A copy of personal data no longer exists anywhere in this system.

    `what` is a row of the destruction table (reader_copy, transfer_file, received_media, reply_backup, my_numbers,
    inquiry_numbers, request_data, exchange_file); `digest` is that of the destroyed cipher text, or of the list of
    what was destroyed.
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
