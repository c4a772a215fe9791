"""The room log and the roster as the audit service knows them. Names of people are sealed or not here at all."""

from datetime import date, datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from services.audit.storage.tables import BIG, INSERT_ONLY, AuditTable, changes
from shared.db import UtcDateTime


class StaffStanding(AuditTable, table=True):
    """How a member of staff stands on the roster, as authority told it last."""

    __tablename__ = "staff_standing"

    staff_id: str = Field(primary_key=True, max_length=80)
    team: str = Field(max_length=20)
    roster_from: date | None = None
    roster_to: date | None = None
    pledged_on: date | None = None
    trained_on: date | None = None
    left_on: date | None = None
    door_user: str = Field(max_length=40)
    revision: int


class RoomImport(AuditTable, table=True):
    """One file of the door system that was taken in; `fresh` rows were not known before."""

    __tablename__ = "room_import"
    __table_args__ = (Index("ix_room_import_first_on", "first_on"), INSERT_ONLY)

    id: str = Field(primary_key=True, max_length=36)
    digest: str = Field(max_length=64, unique=True)
    rows: int
    fresh: int
    first_on: date
    last_on: date
    imported_at: datetime = Field(sa_type=UtcDateTime)
    imported_by: str = Field(max_length=80)


class RoomEntry(AuditTable, table=True):
    """One door event, from a file or from the live feed. `id` is the digest of what tells it from all others."""

    __tablename__ = "room_entry"
    __table_args__ = (Index("ix_room_entry_at", "at", "line"), INSERT_ONLY)

    id: str = Field(primary_key=True, max_length=64)
    import_id: str = Field(max_length=36)
    line: int
    at: datetime = Field(sa_type=UtcDateTime)
    room: str = Field(max_length=30)
    door: str = Field(max_length=100)
    kind: str = Field(max_length=100)
    from_zone: str = Field(max_length=100)
    to_zone: str = Field(max_length=100)
    direction: str = Field(max_length=3)
    user: str = Field(max_length=40)
    operator: bytes = Field(sa_type=LargeBinary)
    attribute: str = Field(max_length=100)


class RoomCheck(AuditTable, table=True):
    """What the room log says to one act in the room. A later import may say more than an earlier one."""

    __tablename__ = "room_check"
    __table_args__ = (Index("ix_room_check_at", "at"), changes("outcome", "checked_at"))

    log_index: int = Field(primary_key=True, sa_type=BIG, sa_column_kwargs={"autoincrement": False})
    record_id: str = Field(max_length=36)
    staff_id: str = Field(max_length=80)
    at: datetime = Field(sa_type=UtcDateTime)
    action: str = Field(max_length=120)
    unconfirmed: bool
    outcome: str = Field(max_length=20)
    checked_at: datetime = Field(sa_type=UtcDateTime)


class RoomDay(AuditTable, table=True):
    """A day whose acts were held against the room log, and how far the log went then."""

    __tablename__ = "room_day"
    __table_args__ = (changes("log_size", "checked_at"),)

    day: date = Field(primary_key=True)
    log_size: int = Field(sa_type=BIG)
    checked_at: datetime = Field(sa_type=UtcDateTime)
