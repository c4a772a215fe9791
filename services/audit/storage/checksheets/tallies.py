"""What the log holds about a time, in numbers. Each count reads the records of that time once, by their index."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from services.audit.storage.tables import Alarm, Destruction, Entry, SignedCheckpoint

Span = tuple[datetime, datetime]


def _within(column: Any, span: Span) -> ColumnElement[bool]:
    since, until = span
    return (col(column) >= since) & (col(column) < until)


def outcomes(session: Session, span: Span) -> Mapping[str, int]:
    """How many records of each outcome."""
    counted = select(col(Entry.outcome), func.count()).where(_within(Entry.at, span)).group_by(col(Entry.outcome))
    return {row[0]: row[1] for row in session.connection().execute(counted)}


def unnamed(session: Session, span: Span, actions: Sequence[str]) -> int:
    """How many of these acts were done by nobody."""
    nobody = (col(Entry.actor) == "") & (col(Entry.outcome) == "done") & col(Entry.action).in_(actions)
    return _count(session, _within(Entry.at, span) & nobody)


def done(session: Session, span: Span, actions: Sequence[str]) -> int:
    """How many of these acts were done."""
    return _count(session, _within(Entry.at, span) & (col(Entry.outcome) == "done") & col(Entry.action).in_(actions))


def noted(session: Session, span: Span, events: Sequence[str]) -> Sequence[str]:
    """What these events of the bus were about, once each."""
    told = (col(Entry.action) == "audit.event.note") & col(Entry.object_type).in_(events)
    found = select(col(Entry.object_id)).where(_within(Entry.at, span) & told).distinct().order_by(col(Entry.object_id))
    return [row[0] for row in session.connection().execute(found)]


def first_record(session: Session) -> datetime | None:
    """When the log begins."""
    found: datetime | None = session.connection().execute(select(func.min(col(Entry.at)))).scalar()
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
    count = select(func.count(func.distinct(col(Entry.object_id)))).where(_moved_by(span, moving))
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
    bare = select(col(Entry.object_id)).where(_moved_by(span, moving), ~protected).distinct()
    return [row[0] for row in session.connection().execute(bare.order_by(col(Entry.object_id)))]


def _moved_by(span: Span, moving: str) -> ColumnElement[bool]:
    return _within(Entry.at, span) & (col(Entry.action) == moving) & (col(Entry.outcome) == "done")


def _count(session: Session, wanted: ColumnElement[bool]) -> int:
    return int(session.connection().execute(select(func.count()).select_from(Entry).where(wanted)).scalar_one())
