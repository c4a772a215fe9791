"""The tables of incidents. What was said once is never changed: a new version is a new row. No personal data."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from services.audit.storage.tables import INSERT_ONLY, AuditTable, changes
from shared.db import UtcDateTime


class Incident(AuditTable, table=True):
    """One incident: what it concerns, where it came from, how far it is."""

    __tablename__ = "incident"
    __table_args__ = (
        UniqueConstraint("origin", "origin_id"),
        Index("ix_incident_state", "state"),
        changes("state", "closed_at"),
    )

    id: str = Field(primary_key=True, max_length=36)
    origin: str = Field(max_length=40)
    origin_id: str = Field(max_length=200)
    object_type: str = Field(max_length=40)
    object_id: str = Field(max_length=200)
    since: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    state: str = Field(max_length=20)
    learned_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    opened_by: str = Field(max_length=200)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class IncidentStep(AuditTable, table=True):
    """One step of an incident, with its reason."""

    __tablename__ = "incident_step"
    __table_args__ = (INSERT_ONLY,)

    incident_id: str = Field(primary_key=True, max_length=36)
    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    state: str = Field(max_length=20)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=200)
    reason: str = Field(max_length=1000)


class IncidentAssessment(AuditTable, table=True):
    """One version of what is known; the newest counts."""

    __tablename__ = "incident_assessment"
    __table_args__ = (INSERT_ONLY,)

    incident_id: str = Field(primary_key=True, max_length=36)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=200)
    reason: str = Field(max_length=1000)
    people: int | None = Field(default=None, nullable=True)
    my_numbers: bool
    encrypted: str = Field(max_length=10)
    happened: str = Field(max_length=10)
    flags: str = Field(max_length=200)


class IncidentItem(AuditTable, table=True):
    """One version of one of the nine items of the report; the newest counts."""

    __tablename__ = "incident_item"
    __table_args__ = (INSERT_ONLY,)

    incident_id: str = Field(primary_key=True, max_length=36)
    item: str = Field(primary_key=True, max_length=30)
    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    text: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=200)


class IncidentDuty(AuditTable, table=True):
    """A duty that was done, when and under which reference of the recipient."""

    __tablename__ = "incident_duty"
    __table_args__ = (INSERT_ONLY,)

    incident_id: str = Field(primary_key=True, max_length=36)
    duty: str = Field(primary_key=True, max_length=20)
    done_at: datetime = Field(sa_type=UtcDateTime)
    entered_at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=200)
    reference: str = Field(max_length=200)


class FreezeOrder(AuditTable, table=True):
    """A freeze of one object; lifted by two people."""

    __tablename__ = "freeze_order"
    __table_args__ = (
        Index("ix_freeze_order_object_id", "object_id"),
        changes("lifted_at", "lifted_by", "lift_reason", "lift_approval"),
    )

    id: str = Field(primary_key=True, max_length=36)
    object_type: str = Field(max_length=40)
    object_id: str = Field(max_length=120)
    incident_id: str = Field(max_length=36)
    reason: str = Field(max_length=1000)
    set_at: datetime = Field(sa_type=UtcDateTime)
    set_by: str = Field(max_length=200)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)
    lifted_by: str = Field(default="", max_length=200)
    lift_reason: str = Field(default="", max_length=1000)
    lift_approval: str = Field(default="", max_length=36)


class Drill(AuditTable, table=True):
    """One drill on a synthetic twin: what was expected, what was found, how long it took, as a signed statement."""

    __tablename__ = "drill"
    __table_args__ = (INSERT_ONLY,)

    id: str = Field(primary_key=True, max_length=36)
    scenario: str = Field(max_length=20)
    run_at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=200)
    passed: bool
    statement: bytes = Field(sa_type=LargeBinary)
    digest: str = Field(max_length=64)
    signature: bytes = Field(sa_type=LargeBinary)


class Carrier(AuditTable, table=True):
    """Which plan's people an object holds: a request, a reply, a disc; known from the events that told of it."""

    __tablename__ = "carrier"
    __table_args__ = (Index("ix_carrier_plan_number", "plan_number"), INSERT_ONLY)

    object_type: str = Field(primary_key=True, max_length=40)
    object_id: str = Field(primary_key=True, max_length=200)
    request_id: str = Field(primary_key=True, max_length=36)
    plan_number: str = Field(max_length=8)
    kind: str = Field(max_length=12)
    people: int
    known_at: datetime = Field(sa_type=UtcDateTime)


class Provision(AuditTable, table=True):
    """One line of the provision register."""

    __tablename__ = "provision"
    __table_args__ = (
        Index("ix_provision_plan_number", "plan_number"),
        Index("ix_provision_provided_at", "provided_at"),
        INSERT_ONLY,
    )

    id: str = Field(primary_key=True, max_length=36)
    object_type: str = Field(max_length=40)
    object_id: str = Field(max_length=200)
    request_id: str = Field(max_length=36)
    plan_number: str = Field(max_length=8)
    kind: str = Field(max_length=12)
    people: int
    purpose: str = Field(max_length=80)
    legal_basis: str = Field(max_length=80)
    channel: str = Field(max_length=20)
    digest: str = Field(max_length=64)
    provided_at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=200)
