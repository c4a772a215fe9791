"""Which plan's people an object holds, and the accesses to objects, as the log has them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

import orjson
from sqlalchemy import Row, Select, func, select
from sqlmodel import Session, col

from services.audit.domain.incidents.radius import Carried, Touch
from services.audit.storage.disclosure.tables import SubjectList
from services.audit.storage.incidents.tables import Carrier
from services.audit.storage.tables import AuditTable, Entry
from shared.db import Work
from shared.db.plumbing import insert_or_ignore
from shared.trail import actions

READ_AT_ONCE: Final = 5_000
AT_ONCE: Final = 500
OWN: Final = "audit"
REQUEST: Final = "request"
UNCOUNTED: Final = -1
"""People of a request whose acceptance this service has not heard of."""

Place = tuple[str, str]
Carriage = Mapping[Place, Sequence[Carried]]


def know(work: Work, object_type: str, object_id: str, requests: Iterable[str], **stated: Any) -> None:
    """Keep that an object holds people of these requests; told twice, it is kept once."""
    table = AuditTable.metadata.tables["carrier"]
    rows = [
        {"object_type": object_type, "object_id": object_id, "request_id": one, "known_at": work.now, **stated}
        for one in requests
    ]
    if rows:
        work.session.connection().execute(insert_or_ignore(table).values(rows).on_conflict_do_nothing())


def carried_by(session: Session, places: Iterable[Place]) -> Carriage:
    """What each object of a list holds; objects that nobody told of are left out."""
    wanted = set(places)
    rows: list[Row[Any]] = []
    for ids in _at_once(object_id for _, object_id in wanted):
        rows += session.connection().execute(_carriers().where(col(Carrier.object_id).in_(ids)))
    return _grouped(session, [row for row in rows if (row.object_type, row.object_id) in wanted])


def carriers_of_plan(session: Session, plan_number: str) -> Carriage:
    """Everything that holds people of one plan."""
    query = _carriers().where(col(Carrier.plan_number) == plan_number)
    return _grouped(session, session.connection().execute(query).all())


def of_kinds(session: Session, types: Sequence[str], kinds: Sequence[str]) -> Carriage:
    """Everything of some types; where `kinds` names some, only what holds requests of them."""
    query = _carriers().where(col(Carrier.object_type).in_(types))
    found = _grouped(session, session.connection().execute(query).all())
    if not kinds:
        return found
    return {place: kept for place, known in found.items() if (kept := [one for one in known if one.kind in kinds])}


def requests_of_batch(session: Session, batch_id: str) -> Carriage:
    """Whose people a batch held, known once its replies were made."""
    lists = (col(SubjectList.request_id), col(SubjectList.plan_number), col(SubjectList.kind))
    query = select(*lists, func.sum(col(SubjectList.subjects))).where(col(SubjectList.batch_id) == batch_id)
    rows = session.connection().execute(query.group_by(*lists)).all()
    return {("batch", batch_id): [Carried(row[0], row[1], row[2], int(row[3])) for row in rows]} if rows else {}


def touches_of_objects(session: Session, object_ids: Iterable[str]) -> Iterator[Touch]:
    """Every access to these objects, except what this service itself notes of them: it holds nobody's data."""
    for ids in _at_once(object_ids):
        asked = _entries().where(col(Entry.object_id).in_(ids))
        yield from _touches(session, asked.where(col(Entry.source) != OWN))


def touches_with_data(
    session: Session, *, actor: str, since: datetime | None, until: datetime | None
) -> Iterator[Touch]:
    """Every access to personal data of one actor, or of everybody, in a span of time."""
    personal = [name for name, action in actions().items() if action.personal_data]
    query = _entries().where(col(Entry.action).in_(personal))
    if actor:
        query = query.where(col(Entry.actor) == actor)
    if since is not None:
        query = query.where(col(Entry.at) >= since)
    if until is not None:
        query = query.where(col(Entry.at) < until)
    yield from _touches(session, query)


def _entries() -> Select[Any]:
    columns = (Entry.at, Entry.actor, Entry.action, Entry.object_type, Entry.object_id, Entry.outcome, Entry.canonical)
    return cast(Select[Any], select(*(col(column) for column in columns)))


def _touches(session: Session, query: Select[Any]) -> Iterator[Touch]:
    rows = session.connection().execution_options(yield_per=READ_AT_ONCE).execute(query)
    for at, actor, action, object_type, object_id, outcome, canonical in rows:
        record = orjson.loads(canonical)
        yield Touch(
            at, actor, record.get("team", ""), action, object_type, object_id, record.get("subjects", 0), outcome
        )


def _carriers() -> Select[Any]:
    columns = (Carrier.object_type, Carrier.object_id, Carrier.request_id, Carrier.plan_number, Carrier.kind)
    return cast(Select[Any], select(*(col(column) for column in columns), col(Carrier.people)))


def _grouped(session: Session, rows: Sequence[Row[Any]]) -> Carriage:
    requests = {row.object_id: _carried(row) for row in rows if row.object_type == REQUEST}
    requests |= _requests(session, {row.request_id for row in rows} - requests.keys())
    found: dict[Place, list[Carried]] = {}
    for row in rows:
        known = requests.get(row.request_id) or _carried(row)
        found.setdefault((row.object_type, row.object_id), []).append(known)
    return found


def _carried(row: Row[Any]) -> Carried:
    return Carried(row.request_id, row.plan_number, row.kind, row.people)


def _requests(session: Session, missing: set[str]) -> dict[str, Carried]:
    found = {}
    for ids in _at_once(missing):
        query = _carriers().where(col(Carrier.object_type) == REQUEST, col(Carrier.object_id).in_(ids))
        found.update({row.object_id: _carried(row) for row in session.connection().execute(query)})
    return found


def _at_once(ids: Iterable[str]) -> Iterator[list[str]]:
    """Ids in portions that a statement can take."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), AT_ONCE):
        yield wanted[start : start + AT_ONCE]
