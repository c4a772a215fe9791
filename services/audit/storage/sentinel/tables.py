"""Runs of the sentinel, and batches whose individual numbers were replaced by `*`. No number stands in any of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary
from sqlmodel import Field

from services.audit.storage.tables import BIG, INSERT_ONLY, AuditTable, changes
from shared.db import UtcDateTime


class SentinelRun(AuditTable, table=True):
    """One pass over all places; `found` names kind, way of writing, place and spot of each number, never the number."""

    __tablename__ = "sentinel_run"
    __table_args__ = (INSERT_ONLY,)

    id: str = Field(primary_key=True, max_length=36)
    began_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime = Field(sa_type=UtcDateTime)
    places: list[str] = Field(sa_type=JSON)
    files: int
    bytes: int = Field(sa_type=BIG)
    columns: int
    values: int = Field(sa_type=BIG)
    found: list[dict[str, Any]] = Field(sa_type=JSON)
    unread: list[str] = Field(sa_type=JSON)

    @property
    def clean(self) -> bool:
        """Whether everything could be read and nothing was found."""
        return not self.found and not self.unread


class Masking(AuditTable, table=True):
    """A batch whose individual numbers are `*`; its certificate once the sentinel found no number after that."""

    __tablename__ = "masking"
    __table_args__ = (changes("run_id", "statement", "signature", "public_key"),)

    batch_id: str = Field(primary_key=True, max_length=36)
    cycle: str = Field(max_length=20)
    numbers: int
    masked_at: datetime = Field(sa_type=UtcDateTime)
    run_id: str = Field(default="", max_length=36)
    statement: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    signature: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    public_key: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
