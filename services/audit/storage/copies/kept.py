"""Queries on copies that still exist."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select
from sqlmodel import Session, col

from services.audit.domain.copies import Month, State, month_of
from services.audit.storage.copies.tables import Hold, Kept, KeptUnder
from services.audit.storage.tables import Destruction
from shared.db.plumbing import insert_or_ignore
from shared.db.registry import table_of
from shared.events.copies import CopiesKept

_SAME: Final = and_(
    col(KeptUnder.service) == col(Kept.service),
    col(KeptUnder.copy_id) == col(Kept.copy_id),
    col(KeptUnder.what) == col(Kept.what),
)
_DESTROYED: Final = exists(
    select(col(Destruction.id)).where(
        col(Destruction.service) == col(Kept.service),
        col(Destruction.copy_id) == col(Kept.copy_id),
        col(Destruction.what) == col(Kept.what),
    )
)
# A plan's ledger goes as a whole when its contract ends, under a name that says on which day.
_LEDGER_ENDED: Final = and_(
    col(Kept.object_type) == "plan",
    exists(
        select(col(Destruction.id)).where(
            col(Destruction.object_id) == col(Kept.object_id),
            col(Destruction.object_type) == "plan",
            col(Destruction.what) == col(Kept.what),
            col(Destruction.destroyed_at) >= col(Kept.kept_from),
        )
    ),
)
# A word of an event that came after that of the copy's destruction may have left a row.
_EXISTS: Final = and_(~_DESTROYED, ~_LEDGER_ENDED)


def keep(session: Session, event: CopiesKept) -> None:
    """Enter what a service keeps; what is known already gets its new due instant. Safe twice."""
    connection, base = session.connection(), {"service": event.service, "what": event.what}
    facts = {"object_type": event.object_type, "object_id": event.object_id}
    rows = [
        base | facts | {"kept_from": event.kept_from, "due_at": event.due_at, **copy.model_dump()}
        for copy in event.copies
    ]
    if not rows:
        return
    table = table_of(Kept)
    enter = insert_or_ignore(table)
    changed = {name: getattr(enter.excluded, name) for name in ("records", "kept_from")}
    changed["due_at"] = func.coalesce(enter.excluded.due_at, table.c.due_at)
    connection.execute(enter.on_conflict_do_update(index_elements=["service", "copy_id", "what"], set_=changed), rows)
    objects = {f"{event.object_type}/{event.object_id}", *event.belongs_to}
    under = [base | {"copy_id": row["copy_id"], "object": each} for row in rows for each in sorted(objects)]
    connection.execute(insert_or_ignore(table_of(KeptUnder)).on_conflict_do_nothing(), under)


def forget(session: Session, *, service: str, copy_id: str, what: str) -> None:
    """A copy is destroyed: nothing of it is kept any more."""
    for kind in (Kept, KeptUnder):
        mine = (col(kind.service) == service, col(kind.copy_id) == copy_id, col(kind.what) == what)
        session.connection().execute(delete(kind).where(*mine))


def search(
    session: Session, state: State, now: datetime, *, same: dict[str, str], due_before: datetime | None, limit: int,
    after: tuple[datetime, str] | None,
) -> Sequence[Kept]:  # fmt: skip
    """Copies in a state, those due first; `after` is the due instant and the id of the last one seen."""
    due = func.coalesce(col(Kept.due_at), datetime.max.replace(tzinfo=now.tzinfo, year=9000))
    key = col(Kept.service) + "/" + col(Kept.copy_id) + "/" + col(Kept.what)
    wanted = select(Kept).where(_EXISTS, in_state(state, now))
    for name, value in same.items():
        if value:
            wanted = wanted.where(getattr(Kept, name) == value)
    if due_before is not None:
        wanted = wanted.where(col(Kept.due_at) < due_before)
    if after is not None:
        wanted = wanted.where(or_(due > after[0], and_(due == after[0], key > after[1])))
    return session.scalars(wanted.order_by(due, key).limit(limit)).all()


def in_state(state: State, now: datetime) -> ColumnElement[bool]:
    """Which copies that still exist stand in a state: the rule of `domain.copies.state_of` as a query."""
    due, held, month = col(Kept.due_at), is_held(now), month_of(now)
    return {
        "held": held,
        "overdue": and_(~held, due <= now),
        "due": and_(~held, due > now, due < month.ends),
        "kept": and_(~held, or_(due.is_(None), due >= month.ends)),
    }[state]


def is_held(now: datetime) -> ColumnElement[bool]:
    """Whether a hold lies on a copy."""
    on_it = select(col(Hold.id)).join(KeptUnder, col(KeptUnder.object) == col(Hold.object))
    return exists(on_it.where(_SAME, col(Hold.ends_at) > now, col(Hold.lifted_at).is_(None)))


def totals(session: Session, state: State, now: datetime, month: Month | None = None) -> list[dict[str, Any]]:
    """Copies and records in a state by `what`; `month`: only those due in it."""
    asked = [in_state(state, now)]
    if month is not None:
        asked += [col(Kept.due_at) >= month.begins, col(Kept.due_at) < month.ends]
    return _counted(session, *asked)


def undated(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Copies and records, by `what`, that an event will end."""
    return _counted(session, ~is_held(now), col(Kept.due_at).is_(None))


def _counted(session: Session, *asked: ColumnElement[bool]) -> list[dict[str, Any]]:
    wanted = select(col(Kept.what), func.count(), func.coalesce(func.sum(col(Kept.records)), 0))
    found = session.connection().execute(
        wanted.where(_EXISTS, *asked).group_by(col(Kept.what)).order_by(col(Kept.what))
    )
    return [{"what": what, "copies": int(copies), "records": int(records)} for what, copies, records in found]
