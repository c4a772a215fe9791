"""What is still to be destroyed, and the holds on it. What is destroyed stands in the destruction ledger."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from services.audit.storage.tables import AuditTable, changes
from shared.db import UtcDateTime


class Kept(AuditTable, table=True):
    """A copy of personal data that a service keeps; `due_at` is empty while what ends its keeping has not happened.

    The row goes when the copy is destroyed: its certificate takes its place.
    """

    __tablename__ = "kept_copy"
    __table_args__ = (Index("ix_kept_copy_due_at", "due_at"),)

    service: str = Field(primary_key=True, max_length=40)
    copy_id: str = Field(primary_key=True, max_length=120)
    what: str = Field(primary_key=True, max_length=40)
    object_type: str = Field(max_length=80)
    object_id: str = Field(max_length=200)
    records: int
    kept_from: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class KeptUnder(AuditTable, table=True):
    """An object (type/id) by which a hold may name a copy: its own, and those that it belongs to."""

    __tablename__ = "kept_under"
    __table_args__ = (Index("ix_kept_under_object", "object"),)

    service: str = Field(primary_key=True, max_length=40)
    copy_id: str = Field(primary_key=True, max_length=120)
    what: str = Field(primary_key=True, max_length=40)
    object: str = Field(primary_key=True, max_length=290)


class Hold(AuditTable, table=True):
    """A legal hold: what is kept of an object is not destroyed by its clock before the hold ends."""

    __tablename__ = "destruction_hold"
    __table_args__ = (
        Index("ix_destruction_hold_object", "object"),
        changes("lifted_at", "lifted_by", "lift_reason", "lift_approval"),
    )

    id: str = Field(primary_key=True, max_length=36)
    object: str = Field(max_length=290)
    reason: str = Field(max_length=1000)
    set_at: datetime = Field(sa_type=UtcDateTime)
    set_by: str = Field(max_length=200)
    approval: str = Field(max_length=36)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    lifted_by: str = Field(default="", max_length=200)
    lift_reason: str = Field(default="", max_length=1000)
    lift_approval: str = Field(default="", max_length=36)
