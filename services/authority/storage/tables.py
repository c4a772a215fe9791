"""The tables of authority."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, Column
from sqlmodel import Field, SQLModel

from shared.db import Plumbing, UtcDateTime, service_registry


class AuthorityTable(SQLModel, registry=service_registry()):
    """What all tables of authority share: one metadata."""


class Staff(AuthorityTable, table=True):
    """One account: a place on the duty roster with pledge and training. The name is sealed."""

    id: str = Field(primary_key=True, max_length=80)
    name_sealed: bytes
    team: str = Field(max_length=20)
    password_hash: str = Field(max_length=200)
    totp_sealed: bytes | None = None
    totp_step: int | None = Field(default=None, sa_type=BigInteger)
    roster_from: date
    roster_to: date | None = None
    pledged_on: date | None = None
    trained_on: date | None = None
    left_on: date | None = None
    door_user: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})
    revision: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    added_at: datetime = Field(sa_type=UtcDateTime)


class Equipment(AuthorityTable, table=True):
    """One registered piece of equipment."""

    id: str = Field(primary_key=True, max_length=80)
    equipment_class: str = Field(max_length=30)
    place: str = Field(max_length=30)
    secret_digest: bytes
    added_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Client(AuthorityTable, table=True):
    """One API client and the plans that it may act for."""

    id: str = Field(primary_key=True, max_length=80)
    plans: list[str] = Field(sa_column=Column(JSON, nullable=False))
    secret_digest: bytes | None = None
    public_key: str | None = Field(default=None, max_length=2000)
    certificate: str | None = Field(default=None, max_length=43)
    added_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Passkey(AuthorityTable, table=True):
    """A public key with which one person signs in; its private half never leaves their authenticator."""

    id: str = Field(primary_key=True, max_length=36)
    staff_id: str = Field(index=True, max_length=80)
    credential_id: bytes = Field(unique=True)
    public_key: bytes
    counter: int = Field(sa_type=BigInteger)
    synced: bool
    equipment_id: str = Field(max_length=80)
    added_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StaffSession(AuthorityTable, table=True):
    """One sign-in at one piece of equipment, by the machine's clock."""

    __tablename__ = "staff_session"

    id: str = Field(primary_key=True, max_length=36)
    staff_id: str = Field(index=True, max_length=80)
    equipment_id: str = Field(index=True, max_length=80)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class IssuedToken(AuthorityTable, table=True):
    """A token that may still be alive, so that it can be ended before its time."""

    __tablename__ = "issued_token"

    id: str = Field(primary_key=True, max_length=36)
    holder: str = Field(index=True, max_length=90)
    session_id: str | None = Field(default=None, index=True, max_length=36)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class SignInFailure(AuthorityTable, table=True):
    """Failures in a row of one account name, known or not; the name itself is not kept."""

    __tablename__ = "sign_in_failure"

    id: str = Field(primary_key=True, max_length=64)
    failures: int
    last_at: datetime = Field(sa_type=UtcDateTime)
    locked_until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class UsedAssertion(AuthorityTable, table=True):
    """An assertion that was used; it is not taken a second time."""

    __tablename__ = "used_assertion"

    id: str = Field(primary_key=True, max_length=64)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


class ApprovalRequest(AuthorityTable, table=True):
    """A second person's approval, asked for and decided."""

    __tablename__ = "approval_request"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'approved', 'refused', 'withdrawn')", name="state"),
        CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR decided_by <> requester", name="second_person"),
    )

    id: str = Field(primary_key=True, max_length=36)
    action: str = Field(max_length=80)
    object_id: str = Field(max_length=120)
    requester: str = Field(max_length=80, index=True)
    requester_team: str = Field(max_length=20)
    reason: str = Field(max_length=400)
    state: str = Field(max_length=10, index=True)
    requested_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: str | None = Field(default=None, max_length=80)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decision_reason: str | None = Field(default=None, max_length=400)


PLUMBING = Plumbing(AuthorityTable.metadata)
