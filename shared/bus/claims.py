"""Who handles which event of an inbox: the first of each subject, claimed for a while where processes share it."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, or_, select, update
from sqlmodel import Session

from shared.calendar.clock import Clock
from shared.db.database import Database
from shared.db.work import Work
from shared.ids import new_id
from shared.telemetry.logs import cause_of, log

LOOK_AT_ONCE: Final = 256
# A worker that died is replaced after so long; one that lives renews its claims several times meanwhile.
LEASE: Final = timedelta(seconds=15)
RENEW_SECONDS: Final = 4.0


class Claims:
    """The events that this process has taken. A process alone on its database keeps them in memory only."""

    def __init__(self, database: Database, takes: Callable[[str], bool], clock: Clock) -> None:
        self._database = database
        self._takes = takes
        self._table = database.plumbing.inbox
        self._clock = clock
        self._log = log(database.service)
        self._me = f"{socket.gethostname()[:30]}/{os.getpid()}/{new_id()[-12:]}"
        self._held: dict[int, str] = {}

    @property
    def mine(self) -> Sequence[ColumnElement[bool]]:
        """What has to be true of a row for its outcome to count: that nobody else has taken it over."""
        return (self._table.c.claimed_by == self._me,) if self._database.shared else ()

    async def take(self, at_most: int) -> Sequence[Row[Any]]:
        """Claim the first pending event of each subject that is due, that no one holds and that is ours to handle."""
        if at_most <= 0:
            return ()
        busy = frozenset(self._held.values())
        rows: Sequence[Row[Any]] = ()
        while not rows:
            positions = await self._database.read(lambda session: self._candidates(session, busy, at_most))
            if not positions:
                return ()
            # None is left where others were faster with all of them: there may be more to take.
            rows = await self._claimed(positions)
        self._held |= {row.position: row.subject for row in rows}
        return rows

    def done(self, position: int) -> None:
        """The event is handled, or was given up for now."""
        self._held.pop(position, None)

    async def keep(self) -> None:
        """Renew the claims on what is still being handled, for ever."""
        while self._database.shared:
            await asyncio.sleep(RENEW_SECONDS)
            if not (held := list(self._held)):
                continue
            try:
                await self._database.write(partial(self._renew, positions=held))
            except Exception as error:
                self._log.warning("bus.claims.failed", cause=cause_of(error))

    async def give_back(self) -> None:
        """Let others have at once what this process will not finish."""
        if not self._database.shared:
            return
        table = self._table
        mine = update(table).where(table.c.claimed_by == self._me, table.c.status == "pending")
        free = mine.values(claimed_by="", claimed_until=None)
        try:
            await self._database.write(lambda work: work.session.connection().execute(free) and None)
        except Exception as error:
            # They run out.
            self._log.warning("bus.claims.failed", cause=cause_of(error))

    async def _claimed(self, positions: Sequence[int]) -> Sequence[Row[Any]]:
        if self._database.shared:
            return await self._database.write(lambda work: self._claim(work, positions))
        return await self._database.read(lambda session: self._rows(session, positions))

    def _candidates(self, session: Session, busy: frozenset[str], at_most: int) -> list[int]:
        now, waiting, found = self._clock.now(), set(busy), []
        for row in self._pending(session):
            if row.subject in waiting:
                continue
            waiting.add(row.subject)
            claimed = row.claimed_until is not None and row.claimed_until > now
            if not claimed and row.next_at <= now and self._takes(row.type):
                found.append(row.position)
                if len(found) == at_most:
                    break
        return found

    def _pending(self, session: Session) -> Iterator[Any]:
        """In order, a page at a time: one subject's long queue must not hide the others behind it."""
        table = self._table
        page = (
            select(table.c.position, table.c.subject, table.c.type, table.c.next_at, table.c.claimed_until)
            .where(table.c.status == "pending")
            .order_by(table.c.position)
            .limit(LOOK_AT_ONCE)
        )
        last = 0
        while rows := session.connection().execute(page.where(table.c.position > last)).all():
            yield from rows
            last = rows[-1].position

    def _claim(self, work: Work, positions: Sequence[int]) -> Sequence[Row[Any]]:
        """The writer lock is held: what is free now stays free until this commits."""
        table, now = self._table, self._clock.now()
        free = or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now)
        # Meanwhile another may have taken it, failed, and put it back for later.
        rows = self._rows(work.session, positions, free, table.c.next_at <= now)
        held = update(table).where(table.c.position.in_([row.position for row in rows]))
        work.session.connection().execute(held.values(claimed_by=self._me, claimed_until=now + LEASE))
        return rows

    def _renew(self, work: Work, positions: Sequence[int]) -> None:
        table = self._table
        held = update(table).where(table.c.position.in_(positions), table.c.status == "pending", *self.mine)
        work.session.connection().execute(held.values(claimed_until=self._clock.now() + LEASE))

    def _rows(self, session: Session, positions: Sequence[int], *free: ColumnElement[bool]) -> Sequence[Row[Any]]:
        table = self._table
        wanted = select(table).where(table.c.position.in_(positions), table.c.status == "pending", *free)
        return session.connection().execute(wanted).all()
