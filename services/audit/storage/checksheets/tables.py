"""Checksheets: what was answered, what the system knew, who signed. No row of it is changed except a sheet's state."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from services.audit.storage.tables import INSERT_ONLY, AuditTable, changes
from shared.db import UtcDateTime


class Checksheet(AuditTable, table=True):
    """The sheet of one quarter, with the version of the questions that it was opened with."""

    __tablename__ = "checksheet"
    __table_args__ = (changes("state"),)

    quarter: str = Field(primary_key=True, max_length=7)
    version: date
    opened_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default="open", max_length=20)


class ChecksheetAnswer(AuditTable, table=True):
    """One answer to one question; the newest counts, the others stay. `evidence`: digests of what was known then."""

    __tablename__ = "checksheet_answer"
    __table_args__ = (Index("ix_checksheet_answer_quarter", "quarter", "item"), INSERT_ONLY)

    id: str = Field(primary_key=True, max_length=36)
    quarter: str = Field(max_length=7)
    item: int
    answer: str = Field(max_length=3)
    remarks: str = Field(max_length=400)
    reason: str = Field(max_length=1000)
    suggested: str = Field(max_length=3)
    evidence: list[str] = Field(sa_type=JSON)
    answered_by: str = Field(max_length=80)
    answered_at: datetime = Field(sa_type=UtcDateTime)


class ChecksheetStep(AuditTable, table=True):
    """A signature on a sheet, or its return. `digest` is that of what was signed."""

    __tablename__ = "checksheet_step"
    __table_args__ = (Index("ix_checksheet_step_quarter", "quarter"), INSERT_ONLY)

    id: str = Field(primary_key=True, max_length=36)
    quarter: str = Field(max_length=7)
    step: str = Field(max_length=10)
    taken_by: str = Field(max_length=80)
    taken_at: datetime = Field(sa_type=UtcDateTime)
    digest: str = Field(max_length=64)
    reason: str = Field(max_length=1000)


class KnownEvidence(AuditTable, table=True):
    """Evidence as it was once found, by its digest."""

    __tablename__ = "known_evidence"
    __table_args__ = (INSERT_ONLY,)

    digest: str = Field(primary_key=True, max_length=64)
    code: str = Field(max_length=60)
    says: str = Field(max_length=3)
    facts: dict[str, Any] = Field(sa_type=JSON)
    refs: list[str] = Field(sa_type=JSON)


class EvidenceGathering(AuditTable, table=True):
    """What was known about a quarter at an instant: the digests, in the order in which they are shown."""

    __tablename__ = "evidence_gathering"
    __table_args__ = (Index("ix_evidence_gathering_quarter", "quarter"), INSERT_ONLY)

    id: str = Field(primary_key=True, max_length=36)
    quarter: str = Field(max_length=7)
    gathered_at: datetime = Field(sa_type=UtcDateTime)
    digests: list[str] = Field(sa_type=JSON)


class FiledEvidence(AuditTable, table=True):
    """Evidence that came from outside: a drill, a restore test, a probe."""

    __tablename__ = "filed_evidence"
    __table_args__ = (Index("ix_filed_evidence_filed_at", "filed_at"), INSERT_ONLY)

    id: str = Field(primary_key=True, max_length=36)
    digest: str = Field(max_length=64)
    filed_by: str = Field(max_length=80)
    filed_at: datetime = Field(sa_type=UtcDateTime)


class AuditFinding(AuditTable, table=True):
    """Something to be made better: from an audit, an incident, an assessment or a checksheet."""

    __tablename__ = "audit_finding"
    __table_args__ = (
        Index("ix_audit_finding_state", "state"),
        Index("ix_audit_finding_origin", "origin", "reference"),
        changes("state", "owner", "due_on"),
    )

    id: str = Field(primary_key=True, max_length=36)
    origin: str = Field(max_length=20)
    reference: str = Field(max_length=200)
    summary: str = Field(max_length=1000)
    state: str = Field(max_length=20)
    owner: str = Field(default="", max_length=80)
    due_on: date | None = None
    found_by: str = Field(max_length=80)
    found_at: datetime = Field(sa_type=UtcDateTime)


class FindingStep(AuditTable, table=True):
    """One step of a finding through plan, do, check, act, with what was written down at it."""

    __tablename__ = "finding_step"
    __table_args__ = (Index("ix_finding_step_finding", "finding_id"), INSERT_ONLY)

    id: str = Field(primary_key=True, max_length=36)
    finding_id: str = Field(max_length=36)
    step: str = Field(max_length=20)
    said: dict[str, str] = Field(sa_type=JSON)
    taken_by: str = Field(max_length=80)
    taken_at: datetime = Field(sa_type=UtcDateTime)


class RegulationVersion(AuditTable, table=True):
    """One version of a regulation, with its text or the digest of the document that holds it."""

    __tablename__ = "regulation_version"
    __table_args__ = (INSERT_ONLY,)

    regulation: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: str = Field(primary_key=True, max_length=20)
    in_force_from: date
    document: str = Field(max_length=200)
    digest: str = Field(max_length=64)
    text: str
    added_by: str = Field(max_length=80)
    added_at: datetime = Field(sa_type=UtcDateTime)


class RegulationReading(AuditTable, table=True):
    """That somebody has read a version of a regulation."""

    __tablename__ = "regulation_reading"
    __table_args__ = (Index("ix_regulation_reading_staff", "staff_id"), INSERT_ONLY)

    regulation: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: str = Field(primary_key=True, max_length=20)
    staff_id: str = Field(primary_key=True, max_length=80)
    read_at: datetime = Field(sa_type=UtcDateTime)
