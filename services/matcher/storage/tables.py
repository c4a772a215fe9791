"""What the matcher looks up by key. People stand here only sealed; bulk columns lie in encrypted blobs."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from shared.db import Plumbing, UtcDateTime, service_registry
from shared.db.holds import hold_table


class MatcherTable(SQLModel, registry=service_registry()):
    """The root of the matcher's tables."""


class Batch(MatcherTable, table=True):
    """One kind of one cycle, on its way to J-LIS and back. Blob references are kept as JSON."""

    __tablename__ = "batch"
    __table_args__ = (UniqueConstraint("cycle", "kind"),)

    id: str = Field(primary_key=True, max_length=36)
    cycle: str = Field(max_length=9)
    kind: str = Field(max_length=20)
    state: str = Field(max_length=20)
    inquiries: int = 0
    asked: int = 0
    requests: int = 0
    part_count: int = 0
    inquiry_file: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    answer_file: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    answered: int = 0
    registry_as_of: str = Field(default="", max_length=8)
    rules: str = Field(default="", max_length=40)
    balance_code: str = Field(default="", max_length=40)
    balance_seqs: list[int] = Field(default_factory=list, sa_type=JSON)
    balance_in_all: int = 0
    numbers_masked: int = 0
    made_at: datetime = Field(sa_type=UtcDateTime)
    ready_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    handed_over_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    matched_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    masked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cleared_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Asker(MatcherTable, table=True):
    """One closed request whose inquiries stand in a batch: whom the reply goes to. `line` is its ClosedRequest."""

    __tablename__ = "asker"

    request_id: str = Field(primary_key=True, max_length=36)
    batch_id: str = Field(max_length=36, index=True)
    plan_number: str = Field(max_length=8, index=True)
    line: dict[str, Any] = Field(sa_type=JSON)


class Part(MatcherTable, table=True):
    """At most 50,000 inquiries that one worker matches at a time: seqs from `first_seq` up to before `end_seq`."""

    __tablename__ = "part"

    batch_id: str = Field(primary_key=True, max_length=36)
    part: int = Field(primary_key=True)
    first_seq: int
    end_seq: int
    rows: int
    state: str = Field(default="waiting", max_length=10)
    in_review: int = 0
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Slice(MatcherTable, table=True):
    """One chunk of one request inside a part: what was asked, and once matched, what came out."""

    __tablename__ = "slice"
    __table_args__ = (Index("ix_slice_batch_id_part", "batch_id", "part"),)

    id: str = Field(primary_key=True, max_length=36)
    batch_id: str = Field(max_length=36)
    part: int
    position: int
    request_id: str = Field(max_length=36, index=True)
    plan_number: str = Field(max_length=8)
    first_seq: int
    asked: int
    rows: int
    source: dict[str, Any] = Field(sa_type=JSON)
    result: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    told: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    evidence: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    outcomes: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    in_review: int = 0


class Piece(MatcherTable, table=True):
    """A run of answers for one part, cut out of the answer file while it was read."""

    __tablename__ = "piece"
    __table_args__ = (Index("ix_piece_batch_id_part", "batch_id", "part"),)

    id: str = Field(primary_key=True, max_length=80)
    batch_id: str = Field(max_length=36)
    part: int
    blob: dict[str, Any] = Field(sa_type=JSON)


class Review(MatcherTable, table=True):
    """A pair that people must judge; both sides are sealed. `turn` is the verdict that is waited for while open."""

    __tablename__ = "review"
    __table_args__ = (
        Index("ix_review_batch_id_state", "batch_id", "state"),
        Index("ix_review_assigned_to", "assigned_to"),
    )

    id: str = Field(primary_key=True, max_length=36)
    batch_id: str = Field(max_length=36)
    slice_id: str = Field(max_length=36, index=True)
    plan_number: str = Field(max_length=8)
    seq: int
    serial: int
    state: str = Field(default="open", max_length=10)
    reasons: list[str] = Field(default_factory=list, sa_type=JSON)
    rules: str = Field(default="", max_length=40)
    candidates: int
    proposed: str = Field(default="", max_length=10)
    sides: bytes | None = Field(default=None, sa_type=LargeBinary)
    outcome: str = Field(default="", max_length=10)
    inquiry_number: str = Field(default="", max_length=10)
    differing: str = Field(default="", max_length=400)
    decided_by: str = Field(default="", max_length=80)
    reason: bytes | None = Field(default=None, sa_type=LargeBinary)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    turn: int = 1
    second: str = Field(default="", max_length=10)
    assigned_to: str = Field(default="", max_length=80)
    assigned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReviewVerdict(MatcherTable, table=True):
    """What one person said of a pair, in which turn (1 to 3); nobody twice on the same pair. The reason is sealed."""

    __tablename__ = "review_verdict"
    __table_args__ = (UniqueConstraint("review_id", "by"),)

    review_id: str = Field(primary_key=True, max_length=36)
    turn: int = Field(primary_key=True)
    by: str = Field(max_length=80)
    same_person: bool
    candidate: int | None = None
    outcome: str = Field(max_length=10)
    reason: bytes | None = Field(default=None, sa_type=LargeBinary)
    at: datetime = Field(sa_type=UtcDateTime)


class Held(MatcherTable, table=True):
    """The ledger: a live inquiry number, the sealed person behind it, the digest of what the plan was last told.

    `resident_on` is the registry's day (YYYYMMDD) of the last answer that told the plan "resident"; empty before.
    `token` is the sealed pseudonym of this person at this plan; None in rows of the release before, until it is needed.
    """

    __tablename__ = "held"
    __table_args__ = (UniqueConstraint("plan_number", "person"),)

    position: int | None = Field(default=None, primary_key=True)
    inquiry_number: str = Field(max_length=10, unique=True)
    plan_number: str = Field(max_length=8)
    person: bytes = Field(sa_type=LargeBinary)
    sealed: bytes = Field(sa_type=LargeBinary)
    told: bytes | None = Field(default=None, sa_type=LargeBinary)
    resident_on: str = Field(default="", max_length=8)
    token: bytes | None = Field(default=None, sa_type=LargeBinary)


class Spent(MatcherTable, table=True):
    """A destroyed inquiry number: never given again, nobody behind it. `by` is the request or the contract's end."""

    __tablename__ = "spent"

    inquiry_number: str = Field(primary_key=True, max_length=10)
    plan_number: str = Field(max_length=8)
    by: str = Field(max_length=60)
    spent_at: datetime = Field(sa_type=UtcDateTime)


class Reply(MatcherTable, table=True):
    """One request's released reply: its final chunks, and whether media has completed it."""

    __tablename__ = "reply"

    id: str = Field(primary_key=True, max_length=36)
    request_id: str = Field(max_length=36, unique=True)
    batch_id: str = Field(max_length=36, index=True)
    cycle: str = Field(max_length=9)
    kind: str = Field(max_length=20)
    plan_number: str = Field(max_length=8)
    records: int
    outcomes: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    chunks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    completed: int | None = None
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cleared_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Doomed(MatcherTable, table=True):
    """A blob no longer needed: destroyed at `due_at`, announced with its certificate; then this row goes."""

    __tablename__ = "doomed"

    blob_id: str = Field(primary_key=True, max_length=80)
    what: str = Field(max_length=30)
    object_type: str = Field(max_length=30)
    object_id: str = Field(max_length=80)
    records: int
    due_at: datetime = Field(sa_type=UtcDateTime, index=True)


HOLDS = hold_table(MatcherTable.metadata)
PLUMBING = Plumbing(MatcherTable.metadata)
