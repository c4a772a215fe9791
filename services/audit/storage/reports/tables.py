"""Monthly reports as they were made. A report made anew is another row."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index
from sqlmodel import Field

from services.audit.storage.tables import INSERT_ONLY, AuditTable
from shared.db import UtcDateTime


class AccessReport(AuditTable, table=True):
    """The analysis of one month, with the digest of its canonical form."""

    __tablename__ = "access_report"
    __table_args__ = (Index("ix_access_report_month", "month", "id"), INSERT_ONLY)

    id: str = Field(primary_key=True, max_length=36)
    month: str = Field(max_length=7)
    made_by: str = Field(max_length=80)
    made_at: datetime = Field(sa_type=UtcDateTime)
    digest: str = Field(max_length=64)
    content: dict[str, Any] = Field(sa_type=JSON)
