"""Scores, hits, cases, exceptions, declared ties, and what detections remember. Ids and counts; no personal data."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint
from sqlmodel import Field

from services.audit.storage.tables import BIG, INSERT_ONLY, AuditTable, changes
from shared.db import UtcDateTime


class Progress(AuditTable, table=True):
    """How far a detection has come: in the log (records judged), or in the days of the room."""

    __tablename__ = "detection_progress"

    name: str = Field(primary_key=True, max_length=40)
    position: int = Field(default=0, sa_type=BIG)
    day: str = Field(default="", max_length=10)
    moved_at: datetime = Field(sa_type=UtcDateTime)


class Remembered(AuditTable, table=True):
    """A small value that detections remember until it is of no use."""

    __tablename__ = "detection_memory"
    __table_args__ = (Index("ix_detection_memory_until", "until"),)

    key: str = Field(primary_key=True, max_length=300)
    value: Any = Field(sa_type=JSON)
    until: datetime = Field(sa_type=UtcDateTime)


class AccessScore(AuditTable, table=True):
    """The score of a record; one that was judged and has no row scores 0."""

    __tablename__ = "access_score"
    __table_args__ = (
        Index("ix_access_score_score", "score", "log_index"),
        Index("ix_access_score_actor", "actor", "log_index"),
        changes("score"),
    )

    log_index: int = Field(primary_key=True, sa_type=BIG, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str = Field(max_length=200)
    score: int


class Hit(AuditTable, table=True):
    """What one version of a detection found odd; signs with the same key are one hit."""

    __tablename__ = "detection_hit"
    __table_args__ = (
        UniqueConstraint("rule", "key"),
        Index("ix_detection_hit_about", "about", "at"),
        Index("ix_detection_hit_case_id", "case_id", "at"),
        Index("ix_detection_hit_at", "at"),
        changes("signs", "last_at", "last_index", "facts", "case_id", "exception_id"),
    )

    id: str = Field(primary_key=True, max_length=36)
    rule: str = Field(max_length=40)
    version: str = Field(max_length=60)
    variant: str = Field(max_length=40)
    severity: str = Field(max_length=10)
    points: int
    key: str = Field(max_length=400)
    about: str = Field(max_length=220)
    actor: str = Field(max_length=200)
    object_type: str = Field(max_length=80)
    object_id: str = Field(max_length=200)
    equipment: str = Field(max_length=120)
    at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    noticed_at: datetime = Field(sa_type=UtcDateTime)
    signs: int = Field(default=1)
    first_index: int | None = Field(default=None, sa_type=BIG)
    last_index: int | None = Field(default=None, sa_type=BIG)
    facts: Any = Field(sa_type=JSON)
    case_id: str = Field(default="", max_length=36)
    exception_id: str = Field(default="", max_length=36)


class OddCase(AuditTable, table=True):
    """Hits that belong together and wait for a person, or what that person decided."""

    __tablename__ = "odd_case"
    __table_args__ = (
        Index("ix_odd_case_state", "state", "id"),
        Index("ix_odd_case_about", "about", "last_at"),
        changes(
            "state",
            "severity",
            "score",
            "hits",
            "first_at",
            "last_at",
            "assigned_to",
            "decided_by",
            "decided_at",
            "reason",
        ),
    )

    id: str = Field(primary_key=True, max_length=36)
    about: str = Field(max_length=220)
    state: str = Field(default="open", max_length=20)
    severity: str = Field(max_length=10)
    score: int
    hits: int
    first_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    assigned_to: str = Field(default="", max_length=200)
    decided_by: str = Field(default="", max_length=200)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = Field(default="", max_length=1000)
    follows: str = Field(default="", max_length=36)


class CaseStep(AuditTable, table=True):
    """Each step of a case: who moved it, from where to where, why."""

    __tablename__ = "odd_case_step"
    __table_args__ = (Index("ix_odd_case_step_case_id", "case_id"), INSERT_ONLY)

    id: str = Field(primary_key=True, max_length=36)
    case_id: str = Field(max_length=36)
    at: datetime = Field(sa_type=UtcDateTime)
    by: str = Field(max_length=200)
    state: str = Field(max_length=20)
    reason: str = Field(max_length=1000)


class DetectionException(AuditTable, table=True):
    """What is not odd for a while: a detection (or all), about somebody or something, until when and why."""

    __tablename__ = "detection_exception"
    __table_args__ = (
        Index("ix_detection_exception_until", "until"),
        changes("state", "confirmed_by", "confirmed_at", "ended_by", "ended_at"),
    )

    id: str = Field(primary_key=True, max_length=36)
    rule: str = Field(max_length=40)
    about: str = Field(max_length=220)
    object_id: str = Field(max_length=200)
    equipment: str = Field(max_length=120)
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(max_length=1000)
    state: str = Field(default="proposed", max_length=10)
    proposed_by: str = Field(max_length=200)
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    confirmed_by: str = Field(default="", max_length=200)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_by: str = Field(default="", max_length=200)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeclaredTie(AuditTable, table=True):
    """A member of staff declared that a person, named by their pseudonym alone, is themselves or close to them."""

    __tablename__ = "declared_tie"

    staff_id: str = Field(primary_key=True, max_length=80)
    token: str = Field(primary_key=True, max_length=200)
    declared_at: datetime = Field(sa_type=UtcDateTime)
    entered_by: str = Field(max_length=200)
