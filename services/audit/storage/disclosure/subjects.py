"""Queries from tokens to bulk acts."""

from collections.abc import Sequence
from typing import Any, Final, cast

from sqlalchemy import Row, Select, select
from sqlmodel import Session, col

from services.audit.storage.disclosure.tables import MediumRequest, SubjectList, SubjectMember
from services.audit.storage.tables import AuditTable, Entry, EntrySubject
from shared.db.bulk import insert_many, insert_new

_TABLES: Final = AuditTable.metadata.tables
_RECORD: Final = (col(Entry.log_index), col(Entry.canonical))


def keep_list(session: Session, row: SubjectList, tokens: Sequence[bytes]) -> bool:
    """Store one part of a reply's subjects, once; in bulk. False where it is there already."""
    same = select(col(SubjectList.id)).where(
        col(SubjectList.request_id) == row.request_id, col(SubjectList.part) == row.part
    )
    if session.connection().execute(same).first() is not None:
        return False
    session.add(row)
    session.flush()
    insert_many(
        session.connection(),
        _TABLES["subject_member"],
        [{"token": token, "list_id": row.id} for token in tokens],
    )
    return True


def keep_medium(session: Session, medium_id: str, request_ids: Sequence[str]) -> None:
    """Store which requests' replies a disc carries; safe twice."""
    rows = [(request_id, medium_id) for request_id in request_ids]
    insert_new(session.connection(), _TABLES["medium_request"], ("request_id", "medium_id"), rows)


def lists_with(session: Session, tokens: Sequence[str]) -> Sequence[SubjectList]:
    """The lists in which one of the tokens stands, oldest first."""
    wanted = [bytes.fromhex(token) for token in tokens if len(token) == 32]
    mine = select(col(SubjectMember.list_id)).where(col(SubjectMember.token).in_(wanted))
    return session.scalars(select(SubjectList).where(col(SubjectList.id).in_(mine)).order_by(col(SubjectList.id))).all()


def media_of(session: Session, request_ids: Sequence[str]) -> Sequence[Row[Any]]:
    """The discs that carried replies to these requests, as (medium_id, request_id)."""
    wanted = cast(Select[Any], select(col(MediumRequest.medium_id), col(MediumRequest.request_id)))
    return session.connection().execute(wanted.where(col(MediumRequest.request_id).in_(request_ids))).all()


def acts_on(
    session: Session, objects: Sequence[str], tokens: Sequence[str], actions: Sequence[str], *, after: int, limit: int
) -> Sequence[Row[Any]]:
    """Records of these actions on these objects, and those that name one of the tokens, in the order of the log."""
    named = select(col(EntrySubject.log_index)).where(col(EntrySubject.token).in_(tokens))
    bulk = _told(actions, after).where(col(Entry.object_id).in_(objects))
    direct = _told(actions, after).where(col(Entry.log_index).in_(named))
    found: dict[int, Row[Any]] = {}
    for query in (bulk, direct):
        rows = session.connection().execute(query.order_by(col(Entry.log_index)).limit(limit)).all()
        found |= {row.log_index: row for row in rows}
    return [found[index] for index in sorted(found)][:limit]


def _told(actions: Sequence[str], after: int) -> Select[Any]:
    query = cast(Select[Any], select(*_RECORD))
    return query.where(col(Entry.log_index) > after, col(Entry.action).in_(actions))
