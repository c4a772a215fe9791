"""The log and what is derived from it, the alarms, the destruction ledger. No personal data in any of them."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from shared.db import Plumbing, UtcDateTime, service_registry

BIG: Final[Any] = BigInteger().with_variant(Integer, "sqlite")


def changes(*columns: str) -> dict[str, Any]:
    """What the service's role may change of a row once it is there; it may remove none."""
    return {"info": {"changes": columns}}


INSERT_ONLY: Final = changes()


def _stated(name: str, column: str, *beside: str, nothing: str = "") -> Index:
    """An index of the records that state something in a column: of what most records say, no search needs one."""
    stated = text(f"{column} <> '{nothing}'")
    return Index(name, column, "log_index", *beside, postgresql_where=stated, sqlite_where=stated)


class AuditTable(SQLModel, registry=service_registry()):
    """The root of the audit service's tables."""


class Entry(AuditTable, table=True):
    """One record of the log: its canonical bytes, its leaf hash, and the columns that it is looked up by."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("source", "sequence"),
        Index("ix_entry_actor", "actor", "log_index"),
        Index("ix_entry_object_id", "object_id", "log_index"),
        Index("ix_entry_action", "action", "log_index"),
        Index("ix_entry_at", "at"),
        _stated("ix_entry_case_id", "case_id"),
        _stated("ix_entry_purpose", "purpose"),
        _stated("ix_entry_equipment", "equipment"),
        _stated("ix_entry_place", "place"),
        # Refusals are few and are asked for together with everything else: what else is asked, the index answers.
        _stated("ix_entry_outcome", "outcome", "actor", "action", "equipment", "place", nothing="done"),
        INSERT_ONLY,
    )

    log_index: int = Field(primary_key=True, sa_type=BIG, sa_column_kwargs={"autoincrement": False})
    leaf_hash: bytes = Field(sa_type=LargeBinary)
    canonical: bytes = Field(sa_type=LargeBinary)
    appended_at: datetime = Field(sa_type=UtcDateTime)
    source: str = Field(max_length=80)
    sequence: int = Field(sa_type=BIG)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=200)
    action: str = Field(max_length=120)
    object_type: str = Field(max_length=80)
    object_id: str = Field(max_length=200)
    case_id: str = Field(max_length=200)
    purpose: str = Field(max_length=80)
    equipment: str = Field(max_length=120)
    place: str = Field(max_length=80)
    outcome: str = Field(max_length=20)


class EntrySubject(AuditTable, table=True):
    """Which records name a subject token."""

    __tablename__ = "entry_subject"
    __table_args__ = (INSERT_ONLY,)

    token: str = Field(primary_key=True, max_length=200)
    log_index: int = Field(primary_key=True, sa_type=BIG, sa_column_kwargs={"autoincrement": False})


class InnerHash(AuditTable, table=True):
    """The hash of a full subtree of 256**level leaves: what tiles of level 1 and above are made of."""

    __tablename__ = "inner_hash"
    __table_args__ = (INSERT_ONLY,)

    level: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    position: int = Field(primary_key=True, sa_type=BIG, sa_column_kwargs={"autoincrement": False})
    hash: bytes = Field(sa_type=LargeBinary)


class LogHead(AuditTable, table=True):
    """The one row that says how large the log is, and under which origin it was started."""

    __tablename__ = "log_head"
    __table_args__ = (changes("size", "peaks"),)

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    origin: str = Field(max_length=200)
    size: int = Field(default=0, sa_type=BIG)
    peaks: bytes = Field(default=b"", sa_type=LargeBinary)


class SignedCheckpoint(AuditTable, table=True):
    """Every checkpoint that was ever signed."""

    __tablename__ = "checkpoint"
    __table_args__ = (INSERT_ONLY,)

    size: int = Field(primary_key=True, sa_type=BIG, sa_column_kwargs={"autoincrement": False})
    root: bytes = Field(sa_type=LargeBinary)
    note: str
    signed_at: datetime = Field(sa_type=UtcDateTime)


class SourceSpan(AuditTable, table=True):
    """An unbroken run of a source's records that has arrived; one a source, from 1 on, where nothing is missing."""

    __tablename__ = "source_span"

    source: str = Field(primary_key=True, max_length=80)
    first: int = Field(primary_key=True, sa_type=BIG, sa_column_kwargs={"autoincrement": False})
    last: int = Field(sa_type=BIG)
    previous: str = Field(max_length=64)
    digest: str = Field(max_length=64)
    begun_at: datetime = Field(sa_type=UtcDateTime)


class Alarm(AuditTable, table=True):
    """Something that a person has to explain. `first` and `last` are sequences of the source, 0 where it has none."""

    __tablename__ = "alarm"
    __table_args__ = (
        UniqueConstraint("kind", "source", "first", "last"),
        Index("ix_alarm_state", "state"),
        changes("state", "closed_at", "closed_by", "explanation"),
    )

    id: str = Field(primary_key=True, max_length=36)
    kind: str = Field(max_length=20)
    source: str = Field(max_length=80)
    first: int = Field(sa_type=BIG)
    last: int = Field(sa_type=BIG)
    noticed_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default="open", max_length=10)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by: str = Field(default="", max_length=200)
    explanation: str = Field(default="", max_length=1000)


class DisputedRecord(AuditTable, table=True):
    """A record that came under a number which another record already has in the log. Kept as evidence."""

    __tablename__ = "disputed_record"
    __table_args__ = (INSERT_ONLY,)

    leaf_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    source: str = Field(max_length=80)
    sequence: int = Field(sa_type=BIG)
    canonical: bytes = Field(sa_type=LargeBinary)
    received_at: datetime = Field(sa_type=UtcDateTime)


class Destruction(AuditTable, table=True):
    """One destroyed copy, with its signed certificate."""

    __tablename__ = "destruction"
    __table_args__ = (
        UniqueConstraint("service", "copy_id", "what"),
        Index("ix_destruction_object_id", "object_id"),
        Index("ix_destruction_destroyed_at", "destroyed_at"),
        INSERT_ONLY,
    )

    id: str = Field(primary_key=True, max_length=36)
    copy_id: str = Field(max_length=120)
    service: str = Field(max_length=40)
    what: str = Field(max_length=40)
    object_type: str = Field(max_length=80)
    object_id: str = Field(max_length=200)
    records: int
    digest: str = Field(max_length=200)
    method: str = Field(max_length=200)
    due_at: datetime = Field(sa_type=UtcDateTime)
    destroyed_at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=200)
    approval: str = Field(max_length=36)
    issued_at: datetime = Field(sa_type=UtcDateTime)
    statement: bytes = Field(sa_type=LargeBinary)
    signature: bytes = Field(sa_type=LargeBinary)
    public_key: bytes = Field(sa_type=LargeBinary)


PLUMBING: Final = Plumbing(AuditTable.metadata)
