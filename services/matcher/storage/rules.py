"""Decision tables that people proposed, and their rehearsals on past batches."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, select
from sqlmodel import Field, Session, col

from services.matcher.storage.tables import Doomed, MatcherTable, Review
from shared.db import UtcDateTime
from shared.refusals import Refusal

RUNNING, COMPLETE, FAILED = "running", "complete", "failed"


class RuleTable(MatcherTable, table=True):
    """A proposed decision table; once two people have activated it, it is in force from a day on."""

    __tablename__ = "rule_table"

    version: str = Field(primary_key=True, max_length=40)
    content: dict[str, Any] = Field(sa_type=JSON)
    proposed_by: str = Field(max_length=80)
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    in_force_from: date | None = None
    rehearsal_id: str = Field(default="", max_length=36)
    activated_by: str = Field(default="", max_length=80)
    activated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Rehearsal(MatcherTable, table=True):
    """A proposed table tried on the evidence of a past batch."""

    __tablename__ = "rehearsal"

    id: str = Field(primary_key=True, max_length=36)
    version: str = Field(max_length=40, index=True)
    batch_id: str = Field(max_length=36)
    state: str = Field(default=RUNNING, max_length=10)
    rows: int
    asked_by: str = Field(max_length=80)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RehearsedSlice(MatcherTable, table=True):
    """What came of one slice: counts of (old, reviewed, new, how many), and the changed ones in a blob of codes."""

    __tablename__ = "rehearsed_slice"

    rehearsal_id: str = Field(primary_key=True, max_length=36)
    position: int = Field(primary_key=True)
    first_seq: int
    rows: int
    counts: list[list[Any]] = Field(default_factory=list, sa_type=JSON)
    changed: int = 0
    changes: dict[str, Any] | None = Field(default=None, sa_type=JSON)


def rule_tables(session: Session) -> Sequence[RuleTable]:
    """Every proposed table, by version."""
    return session.scalars(select(RuleTable).order_by(col(RuleTable.version))).all()


def activated_tables(session: Session) -> Sequence[RuleTable]:
    """Every activated table, in the order of activation."""
    activated = select(RuleTable).where(col(RuleTable.activated_at).is_not(None))
    return session.scalars(activated.order_by(col(RuleTable.activated_at), col(RuleTable.version))).all()


def rule_table_of(session: Session, version: str) -> RuleTable:
    """One proposed table; Refusal `not-found`."""
    found = session.get(RuleTable, version)
    if found is None:
        raise Refusal("not-found")
    return found


def rehearsal_of(session: Session, rehearsal_id: str) -> Rehearsal:
    """One rehearsal; Refusal `not-found`."""
    found = session.get(Rehearsal, rehearsal_id)
    if found is None:
        raise Refusal("not-found")
    return found


def rehearsals_of(session: Session, version: str, *, after: str = "", limit: int) -> Sequence[Rehearsal]:
    """A version's rehearsals in the order of asking."""
    wanted = select(Rehearsal).where(col(Rehearsal.version) == version, col(Rehearsal.id) > after)
    return session.scalars(wanted.order_by(col(Rehearsal.id)).limit(limit)).all()


def complete_rehearsal(session: Session, version: str) -> Rehearsal | None:
    """The newest rehearsal of a version that is complete."""
    wanted = select(Rehearsal).where(col(Rehearsal.version) == version, col(Rehearsal.state) == COMPLETE)
    return session.scalars(wanted.order_by(col(Rehearsal.id).desc()).limit(1)).one_or_none()


def rehearsed_slices(session: Session, rehearsal_id: str) -> Sequence[RehearsedSlice]:
    """What is rehearsed so far, in order of seq."""
    mine = select(RehearsedSlice).where(col(RehearsedSlice.rehearsal_id) == rehearsal_id)
    return session.scalars(mine.order_by(col(RehearsedSlice.position))).all()


def reviewed_in(session: Session, slice_id: str) -> dict[int, str]:
    """What reviewers decided on a slice: seq -> outcome."""
    decided = select(col(Review.seq), col(Review.outcome)).where(
        col(Review.slice_id) == slice_id, col(Review.state) == "decided"
    )
    return {row[0]: row[1] for row in session.execute(decided)}


def kept_until(session: Session, blob_id: str) -> datetime | None:
    """When a blob is destroyed; None when no row says so, because it is destroyed already."""
    doomed = session.get(Doomed, blob_id)
    return None if doomed is None else doomed.due_at
