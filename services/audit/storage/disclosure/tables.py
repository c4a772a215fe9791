"""Which pseudonyms a bulk act was about, and which medium carried which requests. Without a token, nobody is found."""

from datetime import datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field

from services.audit.storage.tables import BIG, INSERT_ONLY, AuditTable
from shared.db import UtcDateTime


class SubjectList(AuditTable, table=True):
    """One part of one reply's list of subjects, and the request, reply and batch that it belongs to."""

    __tablename__ = "subject_list"
    __table_args__ = (UniqueConstraint("request_id", "part"), INSERT_ONLY)

    id: int | None = Field(default=None, primary_key=True, sa_type=BIG)
    request_id: str = Field(max_length=36)
    part: int
    reply_id: str = Field(max_length=36)
    plan_number: str = Field(max_length=8)
    kind: str = Field(max_length=20)
    cycle: str = Field(max_length=9)
    batch_id: str = Field(max_length=36)
    subjects: int
    loaded_at: datetime = Field(sa_type=UtcDateTime)


class SubjectMember(AuditTable, table=True):
    """A token that stands in a list. 16 bytes and a number a row: there are as many as people were ever asked about."""

    __tablename__ = "subject_member"
    __table_args__ = (INSERT_ONLY,)

    token: bytes = Field(primary_key=True, sa_type=LargeBinary)
    list_id: int = Field(primary_key=True, sa_type=BIG, sa_column_kwargs={"autoincrement": False})


class MediumRequest(AuditTable, table=True):
    """A disc that carried the reply to a request."""

    __tablename__ = "medium_request"
    __table_args__ = (INSERT_ONLY,)

    request_id: str = Field(primary_key=True, max_length=36)
    medium_id: str = Field(primary_key=True, max_length=36)
