"""The inbox of one service: stored first, handled from there, in order per subject, parked with the cause."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, func, select, update
from sqlmodel import Session

from shared.blobs.errors import BlobDamaged
from shared.bus.handling import Effect, Handler, Permanent
from shared.calendar.clock import SystemClock
from shared.db.database import Database
from shared.db.plumbing import insert_or_ignore
from shared.db.work import Work
from shared.events import Envelope, Event, event_of
from shared.telemetry.logs import cause_of, log
from shared.telemetry.tracing import enter_trace

ATTEMPTS: Final = 8
LOOK_SECONDS: Final = 0.5
LOOK_AT_MOST: Final = 1000
CAUSE_LENGTH: Final = 200


def delay_after(attempts: int) -> timedelta:
    """How long to wait before the next attempt: 0.2 s, doubling, at most a minute, with jitter."""
    return timedelta(seconds=min(60.0, 0.2 * 2**attempts) * random.uniform(0.8, 1.2))  # noqa: S311  # no secret


class Inbox:
    """Accepts events durably and runs their handlers, each subject in order, subjects side by side."""

    def __init__(
        self, database: Database, parts: Any, consumers: Mapping[type[Event], Handler], *, concurrency: int = 4
    ) -> None:
        self._database = database
        self._parts = parts
        self._handlers = {kind.TYPE: handler for kind, handler in consumers.items()}
        self._table = database.plumbing.inbox
        self._clock = SystemClock()
        self._log = log(database.service)
        self._wake = asyncio.Event()
        self._free = asyncio.Semaphore(concurrency)
        self._running: dict[int, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def wants(self, event_type: str) -> bool:
        """Whether this service consumes events of that type."""
        return event_type in self._handlers

    async def accept(self, envelopes: Sequence[tuple[Envelope, bytes]]) -> None:
        """Store the events this service consumes, once each; returns when they are durable."""
        now = self._clock.now()
        rows = [
            {
                "event_id": envelope.id,
                "type": envelope.type,
                "subject": envelope.subject,
                "body": body,
                "next_at": now,
                "received_at": now,
            }
            for envelope, body in envelopes
            if self.wants(envelope.type)
        ]
        if not rows:
            return
        statement = insert_or_ignore(self._table).on_conflict_do_nothing(index_elements=["event_id"])
        await self._database.write(lambda work: work.session.connection().execute(statement, rows) and None)
        self._wake.set()

    async def run(self) -> None:
        """Handle what is pending, for ever."""
        while True:
            self._wake.clear()
            started = await self.start_due()
            if not started:
                try:
                    await asyncio.wait_for(self._wake.wait(), LOOK_SECONDS)
                except TimeoutError:
                    continue

    async def start_due(self) -> int:
        """Start the first pending event of each subject that is due and free; how many."""
        table = self._table
        pending = (
            select(table.c.position, table.c.subject, table.c.next_at)
            .where(table.c.status == "pending")
            .order_by(table.c.position)
            .limit(LOOK_AT_MOST)
        )
        rows = await self._database.read(lambda session: session.connection().execute(pending).all())
        now, held, started = self._clock.now(), set(self._running.values()), 0
        for row in rows:
            if row.subject in held:
                continue
            held.add(row.subject)
            if row.next_at > now:
                continue
            if self._free.locked():
                break
            await self._free.acquire()
            self._running[row.position] = row.subject
            task = asyncio.create_task(self._handle(row.position))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            started += 1
        return started

    def pending(self, session: Session) -> int:
        """How many events wait to be handled."""
        count = select(func.count()).select_from(self._table).where(self._table.c.status == "pending")
        return int(session.connection().execute(count).scalar_one())

    @property
    def busy(self) -> bool:
        """Whether a handler runs right now."""
        return bool(self._running)

    async def _handle(self, position: int) -> None:
        table = self._table
        one = select(table).where(table.c.position == position)
        row = await self._database.read(lambda session: session.connection().execute(one).one())
        try:
            if row.status == "pending":
                await self._handle_row(row)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            await self._failed(row, error)
        finally:
            del self._running[position]
            self._free.release()
            self._wake.set()

    async def _handle_row(self, row: Row[Any]) -> None:
        envelope = Envelope.model_validate_json(row.body)
        enter_trace(envelope.traceparent)
        event = event_of(envelope)
        effect: Effect | None = None
        if event is not None and (handler := self._handlers.get(envelope.type)):
            effect = await handler(self._parts, event)
        await self._database.write(lambda work: self._apply(work, row.position, effect))

    def _apply(self, work: Work, position: int, effect: Effect | None) -> None:
        """The effect and the mark "done" together; a second run finds the mark and does nothing."""
        table = self._table
        done = update(table).where(table.c.position == position, table.c.status == "pending")
        marked = work.session.connection().execute(done.values(status="done", done_at=self._clock.now(), cause=""))
        if marked.rowcount == 1 and effect is not None:
            effect(work)

    async def _failed(self, row: Row[Any], error: Exception) -> None:
        attempts = row.attempts + 1
        parked = isinstance(error, (Permanent, BlobDamaged)) or attempts >= ATTEMPTS
        values: dict[str, Any] = {
            "attempts": attempts,
            "cause": cause_of(error)[:CAUSE_LENGTH],
            "status": "parked" if parked else "pending",
            "next_at": self._next(attempts),
        }
        self._log.warning(
            "bus.event.parked" if parked else "bus.event.failed",
            event_id=row.event_id,
            type=row.type,
            attempts=attempts,
            cause=values["cause"],
        )
        table = self._table
        change = update(table).where(table.c.position == row.position).values(values)
        await self._database.write(lambda work: work.session.connection().execute(change) and None)

    def _next(self, attempts: int) -> datetime:
        return self._clock.now() + delay_after(attempts)
