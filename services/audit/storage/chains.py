"""Queries on what has arrived of each source, and on the alarms."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, col

from services.audit.domain.chain import Gap, Span, gaps
from services.audit.storage import witnesses
from services.audit.storage.tables import Alarm, AuditTable, SourceSpan
from shared.ids import new_id


def spans(session: Session, source: str) -> tuple[Span, ...]:
    """What has arrived of a source, in order."""
    return tuple(_span(row) for row in _rows(session, source))


def sources(session: Session) -> dict[str, tuple[SourceSpan, ...]]:
    """The spans of every source, by name."""
    found: dict[str, list[SourceSpan]] = {}
    for row in session.scalars(select(SourceSpan).order_by(col(SourceSpan.source), col(SourceSpan.first))):
        found.setdefault(row.source, []).append(row)
    return {source: tuple(rows) for source, rows in found.items()}


def keep_spans(session: Session, source: str, arrived: Sequence[Span], now: datetime) -> None:
    """Store what has arrived of a source. A span keeps the time of its beginning as long as it begins there."""
    table, connection = AuditTable.metadata.tables["source_span"], session.connection()
    known = select(table.c.first, table.c.begun_at).where(table.c.source == source)
    begun = {row.first: row.begun_at for row in connection.execute(known)}
    connection.execute(delete(table).where(table.c.source == source))
    rows = [{"source": source, "begun_at": begun.get(span.first, now), **asdict(span)} for span in arrived]
    connection.execute(insert(table), rows)


def open_gaps(session: Session) -> list[tuple[str, Gap, datetime]]:
    """Every gap with its source and the time since when it is one."""
    found, arrived = [], sources(session)
    for source, rows in arrived.items():
        begun = {row.first: row.begun_at for row in rows}
        found += [(source, gap, begun[gap.last + 1]) for gap in gaps(tuple(map(_span, rows)))]
    for source, head in witnesses.heads(session).items():
        last = arrived[source][-1].last if source in arrived else 0
        if head.sequence > last:
            found.append((source, Gap(last + 1, head.sequence), head.heard_at))
    return found


def raise_alarm(session: Session, kind: str, source: str, first: int, last: int, now: datetime) -> bool:
    """Store an alarm, once. False where it is there already."""
    same = select(Alarm).where(
        col(Alarm.kind) == kind, col(Alarm.source) == source, col(Alarm.first) == first, col(Alarm.last) == last
    )
    if session.scalars(same).first() is not None:
        return False
    session.add(Alarm(id=new_id(), kind=kind, source=source, first=first, last=last, noticed_at=now))
    session.flush()
    return True


def is_alarm(session: Session, kind: str, source: str, gap: Gap) -> bool:
    """Whether that gap has been made an alarm."""
    same = select(col(Alarm.id)).where(
        col(Alarm.kind) == kind, col(Alarm.source) == source, col(Alarm.first) == gap.first, col(Alarm.last) == gap.last
    )
    return session.connection().execute(same).first() is not None


def close_filled_gaps(session: Session, source: str, arrived: Sequence[Span], now: datetime) -> None:
    """Close the gap alarms of a source whose records have arrived after all."""
    waiting = select(Alarm).where(col(Alarm.source) == source, col(Alarm.kind) == "gap", col(Alarm.state) != "arrived")
    for alarm in session.scalars(waiting):
        if any(span.first <= alarm.first and alarm.last <= span.last for span in arrived):
            alarm.state, alarm.closed_at = "arrived", now


def alarm(session: Session, alarm_id: str) -> Alarm | None:
    """One alarm."""
    return session.get(Alarm, alarm_id)


def alarms(session: Session, *, state: str, after: str, limit: int) -> Sequence[Alarm]:
    """Alarms in the order in which they were noticed; `state` empty: all."""
    wanted = select(Alarm).where(col(Alarm.id) > after).order_by(col(Alarm.id)).limit(limit)
    return session.scalars(wanted.where(col(Alarm.state) == state) if state else wanted).all()


def open_alarms(session: Session) -> dict[str, int]:
    """How many alarms of each kind nobody has explained."""
    count = select(col(Alarm.kind), func.count()).where(col(Alarm.state) == "open").group_by(col(Alarm.kind))
    return {row[0]: row[1] for row in session.connection().execute(count)}


def _rows(session: Session, source: str) -> Sequence[SourceSpan]:
    wanted = select(SourceSpan).where(col(SourceSpan.source) == source).order_by(col(SourceSpan.first))
    return session.scalars(wanted).all()


def _span(row: SourceSpan) -> Span:
    return Span(row.first, row.last, row.previous, row.digest)
