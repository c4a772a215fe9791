"""What intake looks up by key. Records of people are in encrypted blobs; here stand their references only."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field, SQLModel

from shared.blobs.ref import BlobRef
from shared.db import Plumbing, UtcDateTime, service_registry
from shared.db.holds import hold_table


class IntakeTable(SQLModel, registry=service_registry()):
    """All tables of this service."""


class PlanRow(IntakeTable, table=True):
    """A plan under contract; `ended_at` is when the end of its contract was announced."""

    __tablename__ = "plan"
    number: str = Field(primary_key=True, max_length=8)
    name: str = Field(max_length=200)
    kind: str = Field(max_length=3)
    channel: str = Field(max_length=10)
    contract_from: date
    contract_to: date | None = None
    address: str = Field(default="", max_length=300)
    registered_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    def in_force(self, day: date) -> bool:
        """Whether the contract is in force on that day."""
        return self.contract_from <= day and (self.contract_to is None or day <= self.contract_to)


class RequestRow(IntakeTable, table=True):
    """One request. Blob references are stored as JSON; empty where there is none."""

    __tablename__ = "request"
    __table_args__ = (Index("ix_request_cycle_state", "cycle", "state"), Index("ix_request_plan", "plan_number", "id"))
    id: str = Field(primary_key=True, max_length=36)
    plan_number: str = Field(max_length=8)
    kind: str = Field(max_length=12)
    channel: str = Field(max_length=10)
    state: str = Field(max_length=14)
    cycle: str = Field(max_length=9)
    registered_cycle: str = Field(max_length=9)
    registered_records: int | None = None
    registered_sha256: str = Field(default="", max_length=64)
    form_date: date | None = None
    form_contact: str = Field(default="", max_length=200)
    form_remarks: str = Field(default="", max_length=1000)
    replaces: str = Field(default="", max_length=36)
    replaced_by: str = Field(default="", max_length=36)
    reception_id: str = Field(default="", max_length=36)
    registered_at: datetime = Field(sa_type=UtcDateTime)
    file_received_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    data_destroyed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    file_sha256: str = Field(default="", max_length=64, index=True)
    file_size: int = 0
    file_key: str = Field(default="", max_length=40, index=True)
    charset: str = Field(default="cp932", max_length=6)
    received: int = 0
    accepted: int = 0
    rejected: int = 0
    codes: list[str] = Field(default_factory=list, sa_type=JSON)
    finding_counts: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    files: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    chunks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    rejected_chunk: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    findings: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    keys: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class RequestHistoryRow(IntakeTable, table=True):
    """When a request came into a state."""

    __tablename__ = "request_history"
    position: int | None = Field(default=None, primary_key=True)
    request_id: str = Field(max_length=36, index=True)
    state: str = Field(max_length=14)
    at: datetime = Field(sa_type=UtcDateTime)


class UploadPartRow(IntakeTable, table=True):
    """A part of a file that is not whole yet; parts follow one another without a gap."""

    __tablename__ = "upload_part"
    request_id: str = Field(primary_key=True, max_length=36)
    start: int = Field(primary_key=True)
    total: int
    blob: dict[str, Any] = Field(sa_type=JSON)


class ReceptionRow(IntakeTable, table=True):
    """An envelope that was opened and registered."""

    __tablename__ = "reception"
    id: str = Field(primary_key=True, max_length=36)
    plan_number: str = Field(max_length=8, index=True)
    received_on: date
    form_enclosed: bool
    registered_at: datetime = Field(sa_type=UtcDateTime)
    registered_by: str = Field(max_length=80)
    returned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    return_reason: str = Field(default="", max_length=500)
    destroyed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MediumRow(IntakeTable, table=True):
    """One medium of a reception; `reader_copy` is what the media reader read, kept 120 days after processing."""

    __tablename__ = "medium"
    reception_id: str = Field(primary_key=True, max_length=36)
    number: int = Field(primary_key=True)
    label: str = Field(max_length=100)
    state: str = Field(max_length=12, index=True)
    codes: list[str] = Field(default_factory=list, sa_type=JSON)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    processed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reader_copy: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))


class CycleRow(IntakeTable, table=True):
    """A closed cycle; a row here means that nothing in it changes any more."""

    __tablename__ = "cycle"
    name: str = Field(primary_key=True, max_length=9)
    cutoff_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime = Field(sa_type=UtcDateTime)
    reply_due: date
    counts: dict[str, Any] = Field(sa_type=JSON)
    closing_list: dict[str, Any] = Field(sa_type=JSON)


class NumberListRow(IntakeTable, table=True):
    """Inquiry numbers that a plan was told, or that were destroyed since: one list an event."""

    __tablename__ = "number_list"
    id: str = Field(primary_key=True, max_length=80)
    plan_number: str = Field(max_length=8, index=True)
    fate: str = Field(max_length=10)
    count: int
    numbers: dict[str, Any] = Field(sa_type=JSON)


class DoomedRow(IntakeTable, table=True):
    """A copy to be destroyed at once; the row goes when that is done and announced. No `what`: told to nobody."""

    __tablename__ = "doomed"
    blob_id: str = Field(primary_key=True, max_length=80)
    what: str = Field(max_length=20)
    object_type: str = Field(max_length=20)
    object_id: str = Field(max_length=80)
    records: int = 0
    doomed_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)


HOLDS = hold_table(IntakeTable.metadata)
PLUMBING = Plumbing(IntakeTable.metadata)


def ref(stored: dict[str, Any] | None) -> BlobRef | None:
    """A stored reference."""
    return None if stored is None else BlobRef.model_validate(stored)


def refs(stored: list[dict[str, Any]]) -> tuple[BlobRef, ...]:
    """Stored references."""
    return tuple(BlobRef.model_validate(each) for each in stored)
