"""Parked events in a service's inbox: grouped by what they failed of, put back, discarded, corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, func, select, update
from sqlmodel import Session

from shared.bus.causes import LENGTH, Fingerprint, fingerprint
from shared.bus.inbox import INBOX
from shared.calendar.clock import SystemClock
from shared.db.plumbing import Plumbing
from shared.db.work import Work
from shared.refusals import Refusal

STEP: Final = 500


@dataclass(frozen=True, slots=True)
class Group:
    """Events of one type that were parked for the same cause."""

    of: Fingerprint
    count: int
    oldest: datetime
    newest: datetime
    causes: tuple[str, ...]
    """The causes as stored: they differ in how the error's place was reached."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """What a replay of a group has set going, and what it has left."""

    events: tuple[str, ...]
    remaining: int
    """For the next call."""
    held_back: int
    """Behind an earlier event of their subject that is parked for another cause."""


class ParkedEvents:
    """Queries and changes; each change expects the writer's transaction."""

    def __init__(self, plumbing: Plumbing) -> None:
        self._table = plumbing.inbox
        self._clock = SystemClock()

    def groups(self, session: Session) -> list[Group]:
        """All groups, in the order of type and cause."""
        table = self._table
        stated = select(
            table.c.type,
            table.c.cause,
            func.count().label("count"),
            func.min(table.c.received_at).label("oldest"),
            func.max(table.c.received_at).label("newest"),
        )
        rows = stated.where(table.c.status == "parked").group_by(table.c.type, table.c.cause)
        found: dict[Fingerprint, list[Row[Any]]] = {}
        for row in session.connection().execute(rows):
            found.setdefault(fingerprint(row.type, row.cause), []).append(row)
        made = [_group(of, rows) for of, rows in found.items()]
        return sorted(made, key=lambda group: (group.of.type, group.of.place, group.of.release))

    def group(self, session: Session, group_id: str) -> Group:
        """One group. Refusal `not-found`."""
        for group in self.groups(session):
            if group.of.id == group_id:
                return group
        raise Refusal("not-found")

    def members(self, session: Session, group: Group, *, after: int, limit: int) -> Sequence[Row[Any]]:
        """A group's events in the order of arrival, behind a position."""
        position = self._table.c.position
        mine = self._of(group, select(self._table)).where(position > after).order_by(position).limit(limit)
        return session.connection().execute(mine).all()

    def event(self, session: Session, event_id: str) -> Row[Any]:
        """One event of the inbox, whatever its state. Refusal `not-found`."""
        one = select(self._table).where(self._table.c.event_id == event_id)
        found = session.connection().execute(one).one_or_none()
        if found is None:
            raise Refusal("not-found")
        return found

    def parked(self, session: Session, event_id: str) -> Row[Any]:
        """One parked event. Refusals `not-found`, `event-not-parked`."""
        found = self.event(session, event_id)
        if found.status != "parked":
            raise Refusal("event-not-parked", status=found.status)
        return found

    def put_back(self, work: Work, event_id: str) -> Row[Any]:
        """Let one event be handled again. Refusal `earlier-event-parked` where that would break its subject's order."""
        row, table = self.parked(work.session, event_id), self._table
        earlier = (
            select(table.c.event_id)
            .where(table.c.status == "parked", table.c.subject == row.subject, table.c.position < row.position)
            .order_by(table.c.position)
        )
        first = work.session.connection().execute(earlier.limit(1)).scalar()
        if first is not None:
            raise Refusal("earlier-event-parked", event_id=first)
        self._set_pending(work, [row.position])
        return row

    def put_group_back(self, work: Work, group_id: str, *, at_most: int) -> PutBack:
        """Let a group's events be handled again, in order; those behind another group's event of their subject stay."""
        session = work.session
        group, table = self.group(session, group_id), self._table
        columns = select(table.c.position, table.c.subject, table.c.event_id)
        mine = session.connection().execute(self._of(group, columns).order_by(table.c.position)).all()
        positions = {row.position for row in mine}
        others = select(table.c.position, table.c.subject).where(table.c.status == "parked").order_by(table.c.position)
        first: dict[str, int] = {}
        for other in session.connection().execute(others):
            if other.position not in positions:
                first.setdefault(other.subject, other.position)
        free = [row for row in mine if row.position < first.get(row.subject, row.position + 1)]
        taken = free[:at_most]
        self._set_pending(work, [row.position for row in taken])
        return PutBack(
            tuple(row.event_id for row in taken), remaining=len(free) - len(taken), held_back=len(mine) - len(free)
        )

    def discard(self, work: Work, event_id: str, reason: str) -> Row[Any]:
        """Never handle it; it stays, with the reason before its cause."""
        row, table = self.parked(work.session, event_id), self._table
        values = {"status": "discarded", "cause": f"{reason} | {row.cause}"[:LENGTH], "done_at": self._clock.now()}
        work.session.connection().execute(update(table).where(table.c.position == row.position).values(values))
        return row

    def put_body(self, work: Work, event_id: str, body: bytes) -> None:
        """Another body; it stays parked."""
        row, table = self.parked(work.session, event_id), self._table
        work.session.connection().execute(update(table).where(table.c.position == row.position).values(body=body))

    def _of(self, group: Group, statement: Select[Any]) -> Select[Any]:
        table = self._table
        return statement.where(
            table.c.status == "parked", table.c.type == group.of.type, table.c.cause.in_(group.causes)
        )

    def _set_pending(self, work: Work, positions: Sequence[int]) -> None:
        table = self._table
        values = {
            "status": "pending",
            "attempts": 0,
            "next_at": self._clock.now(),
            "claimed_by": "",
            "claimed_until": None,
        }
        for start in range(0, len(positions), STEP):
            some = table.c.position.in_(positions[start : start + STEP])
            work.session.connection().execute(update(table).where(some).values(values))
        work.wake(INBOX)


def _group(of: Fingerprint, rows: Sequence[Row[Any]]) -> Group:
    return Group(
        of=of,
        count=sum(row._mapping["count"] for row in rows),
        oldest=min(row.oldest for row in rows),
        newest=max(row.newest for row in rows),
        causes=tuple(row.cause for row in rows),
    )
