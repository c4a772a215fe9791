"""The search over the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Row, Select, literal_column, select
from sqlmodel import Session, col

from services.audit.storage import hours
from services.audit.storage.log import indexes_of_subject
from services.audit.storage.tables import Entry

SAME: Final = {
    "actor": col(Entry.actor),
    "action": col(Entry.action),
    "case": col(Entry.case_id),
    "purpose": col(Entry.purpose),
    "equipment": col(Entry.equipment),
    "place": col(Entry.place),
    "source": col(Entry.source),
    "outcome": col(Entry.outcome),
}
_NOTHING: Final = {"case": "''", "purpose": "''", "equipment": "''", "place": "''", "outcome": "'done'"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for; an empty value asks for nothing. `until` bounds the log as the first page saw it."""

    same: dict[str, str]
    object: str = ""
    subject: str = ""
    since: datetime | None = None
    before: datetime | None = None
    newest_first: bool = False
    after: int | None = None
    until: int = 0


def search(session: Session, wanted: Wanted, limit: int) -> Sequence[Row[Any]]:
    """Up to `limit` records as (log_index, canonical), in the order of the log or the other way round."""
    index = col(Entry.log_index)
    query: Select[Any] = _records().where(index < wanted.until)
    for name, value in wanted.same.items():
        if value:
            query = query.where(SAME[name] == value, *_stated(name, value))
    if wanted.object:
        query = _of_object(query, wanted.object)
    if wanted.subject:
        query = query.where(index.in_(indexes_of_subject(wanted.subject)))
    if wanted.since is not None or wanted.before is not None:
        places = hours.span(session, wanted.since, wanted.before)
        if places is None:
            return []
        query = query.where(index.between(*places))
    if wanted.since is not None:
        query = query.where(col(Entry.at) >= wanted.since)
    if wanted.before is not None:
        query = query.where(col(Entry.at) < wanted.before)
    if wanted.after is not None:
        query = query.where(index < wanted.after if wanted.newest_first else index > wanted.after)
    ordered = query.order_by(index.desc() if wanted.newest_first else index)
    return session.connection().execute(ordered.limit(limit)).all()


def _stated(name: str, value: str) -> Sequence[ColumnElement[bool]]:
    """As the indexes of stated values say it, or the engine does not see that they hold all that is wanted."""
    nothing = _NOTHING.get(name)
    return () if nothing is None or nothing == f"'{value}'" else (SAME[name] != literal_column(nothing),)


def _records() -> Select[Any]:
    return cast(Select[Any], select(col(Entry.log_index), col(Entry.canonical)))


def _of_object(query: Select[Any], wanted: str) -> Select[Any]:
    """An object by its id, or as type:id."""
    kind, colon, name = wanted.partition(":")
    same = col(Entry.object_id) == wanted
    if not colon:
        return query.where(same)
    return query.where(same | ((col(Entry.object_id) == name) & (col(Entry.object_type) == kind)))
