"""What plans were told beside the rows of their replies: deaths, who confirmed them, and how good their data are."""

from datetime import datetime

from sqlalchemy import JSON, LargeBinary
from sqlmodel import Field

from services.matcher.storage.tables import MatcherTable
from shared.db import UtcDateTime


class DeathFound(MatcherTable, table=True):
    """A death in a matched batch that is not released yet; the row goes at the release, or with the number.

    `token` is the keyed pseudonym of the resident code, the same for every plan. `newly`: the plan was not told before.
    """

    __tablename__ = "death_found"

    batch_id: str = Field(primary_key=True, max_length=36)
    seq: int = Field(primary_key=True)
    slice_id: str = Field(max_length=36)
    plan_number: str = Field(max_length=8)
    request_id: str = Field(max_length=36)
    serial: int
    inquiry_number: str = Field(max_length=10, index=True)
    token: bytes = Field(sa_type=LargeBinary)
    newly: bool
    change_date: str = Field(max_length=8)
    evidence: list[str] = Field(default_factory=list, sa_type=JSON)


class DeathConfirmation(MatcherTable, table=True):
    """Who confirmed the new deaths of a batch, how many, and why (sealed)."""

    __tablename__ = "death_confirmation"

    batch_id: str = Field(primary_key=True, max_length=36)
    deaths: int
    confirmed_by: str = Field(max_length=80)
    confirmed_at: datetime = Field(sa_type=UtcDateTime)
    reason: bytes = Field(sa_type=LargeBinary)


class DeathTold(MatcherTable, table=True):
    """The register: a plan that takes a person for dead because we told it so. The row goes with the inquiry number.

    `as_of` is the registry's day (YYYYMMDD) of that answer. Positions never come back, so that "newer than" holds.
    """

    __tablename__ = "death_told"
    __table_args__ = ({"sqlite_autoincrement": True},)

    position: int | None = Field(default=None, primary_key=True)
    token: bytes = Field(sa_type=LargeBinary, index=True)
    plan_number: str = Field(max_length=8)
    inquiry_number: str = Field(max_length=10, unique=True)
    batch_id: str = Field(max_length=36)
    request_id: str = Field(max_length=36)
    serial: int
    as_of: str = Field(max_length=8)
    told_at: datetime = Field(sa_type=UtcDateTime)


class DeathCase(MatcherTable, table=True):
    """Somebody lives of whom a plan was told that they died. Names the record of that reply, and nobody.

    `status` and `as_of` are those of the answer in `batch_id` that says so; `told_…` those of the death.
    """

    __tablename__ = "death_case"

    id: str = Field(primary_key=True, max_length=36)
    plan_number: str = Field(max_length=8)
    request_id: str = Field(max_length=36)
    serial: int
    told_batch_id: str = Field(max_length=36)
    told_as_of: str = Field(max_length=8)
    told_at: datetime = Field(sa_type=UtcDateTime)
    batch_id: str = Field(max_length=36)
    as_of: str = Field(max_length=8)
    status: str = Field(max_length=1)
    state: str = Field(default="open", max_length=10, index=True)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_by: str = Field(default="", max_length=80)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: bytes | None = Field(default=None, sa_type=LargeBinary)


class PlanQuality(MatcherTable, table=True):
    """What went wrong with a plan's records of one cycle and kind, by cause; counts only."""

    __tablename__ = "plan_quality"

    plan_number: str = Field(primary_key=True, max_length=8)
    cycle: str = Field(primary_key=True, max_length=9)
    kind: str = Field(primary_key=True, max_length=20)
    records: int
    causes: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    noted_at: datetime = Field(sa_type=UtcDateTime)
