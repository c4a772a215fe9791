"""What the log holds about a time, in numbers. One pass over its records counts them all; the rest goes by index."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from services.audit.storage import hours
from services.audit.storage.tables import Alarm, Destruction, Entry, SignedCheckpoint

Span = tuple[datetime, datetime]
Acts = Counter[tuple[str, str, bool]]
"""How many records by (action, outcome, whether somebody is named)."""


def acts(session: Session, span: Span) -> Acts:
    """All records of a time, counted in one pass."""
    nobody = (col(Entry.actor) == "").label("nobody")
    kinds = (col(Entry.action), col(Entry.outcome), nobody)
    counted = select(*kinds, func.count()).where(of_time(session, span)).group_by(*kinds)
    return Counter({(row[0], row[1], not row[2]): row[3] for row in session.connection().execute(counted)})


def noted(session: Session, span: Span, events: Sequence[str]) -> Sequence[str]:
    """What these events of the bus were about, once each."""
    told = (col(Entry.action) == "audit.event.note") & col(Entry.object_type).in_(events)
    found = select(col(Entry.object_id)).where(of_time(session, span), told).distinct()
    return [row[0] for row in session.connection().execute(found.order_by(col(Entry.object_id)))]


def first_record(session: Session) -> datetime | None:
    """When the log begins."""
    first = select(col(Entry.at)).where(col(Entry.log_index) == 0)
    found: datetime | None = session.connection().execute(first).scalar()
    return found


def checkpoints(session: Session, span: Span) -> Sequence[datetime]:
    """When checkpoints were signed."""
    signed = select(col(SignedCheckpoint.signed_at)).where(_within(SignedCheckpoint.signed_at, span))
    return [row[0] for row in session.connection().execute(signed)]


def alarms(session: Session, span: Span) -> Sequence[Alarm]:
    """The alarms that were noticed."""
    return session.scalars(select(Alarm).where(_within(Alarm.noticed_at, span)).order_by(col(Alarm.id))).all()


def destroyed(session: Session, span: Span) -> Sequence[Any]:
    """Copies that were destroyed, as (id, what, records, due_at, destroyed_at)."""
    names = (Destruction.id, Destruction.what, Destruction.records, Destruction.due_at, Destruction.destroyed_at)
    found: Any = select(*(col(name) for name in names))
    return session.connection().execute(found.where(_within(Destruction.destroyed_at, span))).all()


def moved(session: Session, span: Span, moving: str) -> int:
    """How many objects were moved by that action."""
    count = select(func.count(func.distinct(col(Entry.object_id)))).where(_moved_by(session, span, moving))
    return int(session.connection().execute(count).scalar_one())


def moved_without(session: Session, span: Span, moving: str, protecting: str) -> Sequence[str]:
    """Objects that were moved by one action and never protected by the other."""
    other = aliased(Entry)
    protected = (
        select(col(other.log_index))
        .where(col(other.object_id) == col(Entry.object_id), col(other.action) == protecting)
        .where(col(other.outcome) == "done")
        .exists()
    )
    bare = select(col(Entry.object_id)).where(_moved_by(session, span, moving), ~protected).distinct()
    return [row[0] for row in session.connection().execute(bare.order_by(col(Entry.object_id)))]


def _moved_by(session: Session, span: Span, moving: str) -> ColumnElement[bool]:
    return of_time(session, span) & (col(Entry.action) == moving) & (col(Entry.outcome) == "done")


def of_time(session: Session, span: Span) -> ColumnElement[bool]:
    """Records of a time, with where they stand in the log, so that other indexes serve as well."""
    places = hours.span(session, *span)
    if places is None:
        return false()
    return col(Entry.log_index).between(*places) & _within(Entry.at, span)


def _within(column: Any, span: Span) -> ColumnElement[bool]:
    since, until = span
    return (col(column) >= since) & (col(column) < until)
