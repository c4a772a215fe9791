"""The inbox of one service: stored first, handled from there, in order per subject, parked with the cause."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, func, select, update
from sqlmodel import Session

from shared.bus.causes import noted_cause
from shared.bus.claims import Claims
from shared.bus.handling import Effect, Handler, Permanent
from shared.bus.waking import wake_here
from shared.calendar.clock import Clock, SystemClock
from shared.db.database import Database
from shared.db.plumbing import insert_or_ignore
from shared.db.work import Work
from shared.events import Envelope, Event, event_of
from shared.faults import reach
from shared.refusals import Refusal
from shared.telemetry.logs import cause_of, log
from shared.telemetry.metrics import metrics_of
from shared.telemetry.stages import handling
from shared.telemetry.tracing import enter_trace

ATTEMPTS: Final = 8
LOOK_SECONDS: Final = 0.5
INBOX: Final = "inbox"
# Due whatever the machine's clock says, which may be set back.
AT_ONCE: Final = datetime(2000, 1, 1, tzinfo=UTC)
OUTAGES: Final = frozenset({"busy", "storage-full"})


def delay_after(attempts: int) -> timedelta:
    """How long to wait before the next attempt: 0.2 s, doubling, at most a minute, with jitter."""
    return timedelta(seconds=min(60.0, 0.2 * 2**attempts) * random.uniform(0.8, 1.2))  # noqa: S311  # no secret


def _is_outage(error: Exception) -> bool:
    """A store that is away or full is not the event's fault: it waits as long as that takes."""
    return isinstance(error, Refusal) and error.code in OUTAGES


class Inbox:
    """Accepts events durably and runs their handlers, each subject in order, subjects side by side.

    `takes` says which types this process handles; several processes on one database share the work by claims.
    """

    def __init__(
        self,
        database: Database,
        parts: Any,
        consumers: Mapping[type[Event], Handler],
        *,
        concurrency: int = 4,
        takes: Callable[[str], bool] = lambda event_type: True,
    ) -> None:
        self._database = database
        self._parts = parts
        self._handlers = {kind.TYPE: handler for kind, handler in consumers.items()}
        self._table = database.plumbing.inbox
        self._clock = SystemClock()
        self._log = log(database.service)
        self._wake = asyncio.Event()
        self._slots = concurrency
        self._claims = Claims(database, takes, self._clock)
        self._effects = _Effects(database, self._claims, self._clock)
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
                "next_at": AT_ONCE,
                "received_at": now,
            }
            for envelope, body in envelopes
            if self.wants(envelope.type)
        ]
        if not rows:
            return
        statement = insert_or_ignore(self._table).on_conflict_do_nothing(index_elements=["event_id"])
        statement = statement.execution_options(preserve_rowcount=True)

        def store(work: Work) -> int:
            stored = work.session.connection().execute(statement, rows).rowcount
            work.wake(INBOX)
            return stored

        metrics_of(self._database.service).accepted(len(rows), await self._database.write(store))
        reach("inbox.stored")
        self._wake.set()

    async def run(self) -> None:
        """Handle what is pending, for ever; a database that does not answer is waited for."""
        self._database.wake_on(INBOX, wake_here(self._wake))
        renewing = asyncio.create_task(self._claims.keep())
        try:
            while True:
                self._wake.clear()
                if not await self._start_due():
                    await self._pause()
        finally:
            renewing.cancel()

    async def drain(self, seconds: float) -> None:
        """After `run` was cancelled: let the handlers that run finish, cancel those that do not, give claims back."""
        renewing = asyncio.create_task(self._claims.keep())
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        renewing.cancel()
        await self._claims.give_back()

    async def start_due(self) -> int:
        """Start the first pending event of each subject that is due and free; how many."""
        rows = await self._claims.take(self._slots - len(self._tasks))
        for row in rows:
            task = asyncio.create_task(self._handle(row))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(rows)

    def pending(self, session: Session) -> int:
        """How many events wait to be handled."""
        count = select(func.count()).select_from(self._table).where(self._table.c.status == "pending")
        return int(session.connection().execute(count).scalar_one())

    @property
    def busy(self) -> bool:
        """Whether a handler runs right now."""
        return bool(self._tasks)

    async def _start_due(self) -> int:
        try:
            return await self.start_due()
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._log.warning("bus.inbox.failed", cause=cause_of(error))
            return 0

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), LOOK_SECONDS)
        except TimeoutError:
            return

    async def _handle(self, row: Row[Any]) -> None:
        try:
            reach("inbox.claimed")
            await self._handle_row(row)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            await self._failed(row, error)
        finally:
            self._claims.done(row.position)
            self._wake.set()

    async def _handle_row(self, row: Row[Any]) -> None:
        envelope = Envelope.of(row.body)
        enter_trace(envelope.traceparent)
        with handling(self._database.service, row.type, attempts=row.attempts + 1):
            event = event_of(envelope)
            effect: Effect | None = None
            if event is not None and (handler := self._handlers.get(envelope.type)):
                effect = await handler(self._parts, event)
            reach("inbox.prepared")
            await self._effects.apply(row.position, effect)

    async def _failed(self, row: Row[Any], error: Exception) -> None:
        attempts = row.attempts + 1
        parked = isinstance(error, Permanent) or (attempts >= ATTEMPTS and not _is_outage(error))
        values: dict[str, Any] = {
            "attempts": attempts,
            "cause": noted_cause(error),
            "status": "parked" if parked else "pending",
            "next_at": self._next(attempts),
            "claimed_by": "",
            "claimed_until": None,
        }
        self._log.warning(
            "bus.event.parked" if parked else "bus.event.failed",
            event_id=row.event_id,
            type=row.type,
            attempts=attempts,
            cause=values["cause"],
        )
        table = self._table
        mine = update(table).where(table.c.position == row.position, table.c.status == "pending", *self._claims.mine)
        try:
            await self._database.write(lambda work: work.session.connection().execute(mine.values(values)) and None)
        except Exception as again:
            # It stays pending; its claim runs out.
            self._log.warning("bus.inbox.failed", cause=cause_of(again))

    def _next(self, attempts: int) -> datetime:
        return self._clock.now() + delay_after(attempts)


@dataclass(slots=True)
class _Prepared:
    """An event whose handler has done its part: its effect waits for a commit."""

    position: int
    effect: Effect | None
    applied: "asyncio.Future[None]"
    context: Context = field(default_factory=copy_context)

    def tell(self, failure: Exception | None) -> None:
        """To the handler's task, unless it was cancelled meanwhile."""
        if self.applied.done():
            return
        if failure is None:
            self.applied.set_result(None)
        else:
            self.applied.set_exception(failure)


class _Effects:
    """Commits effects, those together that are prepared while a commit is under way.

    Where one of several fails, none is kept, and each is tried by itself.
    """

    def __init__(self, database: Database, claims: Claims, clock: Clock) -> None:
        self._database = database
        self._claims = claims
        self._table = database.plumbing.inbox
        self._clock = clock
        self._waiting: list[_Prepared] = []
        self._committing: asyncio.Task[None] | None = None

    async def apply(self, position: int, effect: Effect | None) -> None:
        """Returns once the effect is committed."""
        prepared = _Prepared(position, effect, asyncio.get_running_loop().create_future())
        self._waiting.append(prepared)
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit_waiting())
        await prepared.applied

    async def _commit_waiting(self) -> None:
        while self._waiting:
            prepared, self._waiting = self._waiting, []
            await self._commit(prepared)

    async def _commit(self, prepared: Sequence[_Prepared]) -> None:
        failure: Exception | None = None
        try:
            await self._database.write(lambda work: self._apply(work, prepared))
        except Exception as error:
            failure = error
        if failure is not None and len(prepared) > 1:
            await asyncio.gather(*(self._commit([one]) for one in prepared))
            return
        for one in prepared:
            one.tell(failure)

    def _apply(self, work: Work, prepared: Sequence[_Prepared]) -> None:
        """The effects and the marks "done" together; who comes second, or has lost the claim, does nothing."""
        table, positions = self._table, [one.position for one in prepared]
        mine = update(table).where(table.c.position.in_(positions), table.c.status == "pending", *self._claims.mine)
        done = mine.values(status="done", done_at=self._clock.now(), cause="", claimed_by="", claimed_until=None)
        marked = set(work.session.connection().execute(done.returning(table.c.position)).scalars())
        for one in prepared:
            if one.position in marked and one.effect is not None:
                one.context.run(one.effect, work)  # the trace of its event
