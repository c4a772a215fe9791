"""The tables of the media service. Business data that identifies people lies in encrypted blobs, never here."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from shared.db import Plumbing, UtcDateTime, service_registry
from shared.db.holds import hold_table

JSON_OR_NULL = JSON(none_as_null=True)


class MediaTable(SQLModel, registry=service_registry()):
    """Base of this service's tables."""


class Expected(MediaTable, table=True):
    """A request of a closed cycle, whose reply will come."""

    request_id: str = Field(primary_key=True, max_length=36)
    cycle: str = Field(max_length=9, index=True)
    plan_number: str = Field(max_length=8)
    kind: str = Field(max_length=12)
    kind_group: str = Field(max_length=10)
    channel: str = Field(max_length=8)
    accepted: int


class Arrived(MediaTable, table=True):
    """The replies of one kind and cycle are here."""

    cycle: str = Field(primary_key=True, max_length=9)
    kind: str = Field(primary_key=True, max_length=12)


class Reply(MediaTable, table=True):
    """One request's reply: what it holds, where its clear chunks and its sealed package lie."""

    id: str = Field(primary_key=True, max_length=36)
    request_id: str = Field(max_length=36, index=True)
    plan_number: str = Field(max_length=8, index=True)
    plan_name: str = Field(max_length=200)
    plan_address: str = Field(max_length=300)
    channel: str = Field(max_length=8)
    charset: str = Field(max_length=8)
    kind: str = Field(max_length=12)
    kind_group: str = Field(max_length=10)
    cycle: str = Field(max_length=9)
    batch_id: str = Field(max_length=36)
    serial: int
    records: int
    rejected: int
    registry_as_of: str = Field(max_length=10)
    chunks: list[dict[str, Any]] = Field(sa_type=JSON_OR_NULL)
    rejected_chunk: dict[str, Any] | None = Field(default=None, sa_type=JSON_OR_NULL, nullable=True)
    state: str = Field(max_length=10)
    made_at: datetime = Field(sa_type=UtcDateTime)
    disc_set: str = Field(default="", max_length=36, index=True)
    package: dict[str, Any] | None = Field(default=None, sa_type=JSON_OR_NULL, nullable=True)
    password: bytes | None = None
    password_open: bool = False
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    received_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True, index=True)


class Disc(MediaTable, table=True):
    """One volume of one plan, cycle and kind group."""

    id: str = Field(primary_key=True, max_length=36)
    number: str = Field(max_length=14, unique=True)
    disc_set: str = Field(max_length=36, index=True)
    plan_number: str = Field(max_length=8)
    plan_name: str = Field(max_length=200)
    plan_address: str = Field(max_length=300)
    cycle: str = Field(max_length=9, index=True)
    kind_group: str = Field(max_length=10)
    volume: int
    volumes: int
    state: str = Field(max_length=12, index=True)
    made_at: datetime = Field(sa_type=UtcDateTime)
    replaces: str = Field(default="", max_length=36)
    image: dict[str, Any] | None = Field(default=None, sa_type=JSON_OR_NULL, nullable=True)
    password: bytes | None = None
    password_shown_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True, index=True)


class DiscContent(MediaTable, table=True):
    """Which records of which reply are on a disc, under which file name."""

    __tablename__ = "disc_content"
    disc_id: str = Field(primary_key=True, max_length=36)
    file_name: str = Field(primary_key=True, max_length=31)
    reply_id: str = Field(max_length=36, index=True)
    first_record: int
    records: int
    rejected: int


class DiscStep(MediaTable, table=True):
    """One step of a disc's life: `at` as told, `recorded_at` by our clock."""

    __tablename__ = "disc_step"
    id: str = Field(primary_key=True, max_length=36)
    disc_id: str = Field(max_length=36, index=True)
    state: str = Field(max_length=12)
    at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=80)


class Blank(MediaTable, table=True):
    """One blank disc, from its arrival in stock to the disc that it became. Numbers have no gap."""

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    lot: str = Field(default="", max_length=40)
    state: str = Field(max_length=10, index=True)
    disc_id: str = Field(default="", max_length=36, index=True)
    entered_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class Dispatch(MediaTable, table=True):
    """One sealed envelope on its way to a plan."""

    id: str = Field(primary_key=True, max_length=36)
    number: str = Field(max_length=10, unique=True)
    plan_number: str = Field(max_length=8)
    kind_group: str = Field(max_length=10)
    carrier: str = Field(max_length=40)
    tracking_number: str = Field(max_length=30, index=True)
    seal_number: str = Field(max_length=30, index=True)
    state: str = Field(max_length=12, index=True)
    made_at: datetime = Field(sa_type=UtcDateTime)


class DispatchDisc(MediaTable, table=True):
    """A disc in an envelope."""

    __tablename__ = "dispatch_disc"
    dispatch_id: str = Field(primary_key=True, max_length=36)
    disc_id: str = Field(primary_key=True, max_length=36, index=True)


class DispatchStep(MediaTable, table=True):
    """One step of an envelope on its way."""

    __tablename__ = "dispatch_step"
    __table_args__ = (UniqueConstraint("dispatch_id", "position"),)

    id: str = Field(primary_key=True, max_length=36)
    dispatch_id: str = Field(max_length=36)
    position: int
    state: str = Field(max_length=12)
    at: datetime = Field(sa_type=UtcDateTime)
    recorded_at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=80)


HOLDS = hold_table(MediaTable.metadata)
PLUMBING = Plumbing(MediaTable.metadata)
