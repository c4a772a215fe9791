"""What witnesses have signed, and how it stands with each."""

from datetime import datetime

from sqlmodel import Field

from services.audit.storage.tables import BIG, INSERT_ONLY, AuditTable, changes
from shared.db import UtcDateTime


class Witness(AuditTable, table=True):
    """A witness by its name: the size that it cosigned last, how often it has failed since, and why."""

    __tablename__ = "witness"
    __table_args__ = (changes("size", "failures", "asked_at", "cause"),)

    name: str = Field(primary_key=True, max_length=200)
    size: int = Field(default=0, sa_type=BIG)
    failures: int = 0
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    cause: str = Field(default="", max_length=40)


class Cosignature(AuditTable, table=True):
    """A witness's signature line under the checkpoint of one size. `signed_at` is what the witness states."""

    __tablename__ = "cosignature"
    __table_args__ = (INSERT_ONLY,)

    size: int = Field(primary_key=True, sa_type=BIG, sa_column_kwargs={"autoincrement": False})
    witness: str = Field(primary_key=True, max_length=200)
    line: str
    signed_at: datetime = Field(sa_type=UtcDateTime)


class SourceHead(AuditTable, table=True):
    """What a source says it has written last, told where the log would not learn of it from the records themselves."""

    __tablename__ = "source_head"
    __table_args__ = (changes("sequence", "digest", "heard_at"),)

    source: str = Field(primary_key=True, max_length=80)
    sequence: int = Field(sa_type=BIG)
    digest: str = Field(max_length=64)
    heard_at: datetime = Field(sa_type=UtcDateTime)
