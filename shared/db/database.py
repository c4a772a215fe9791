"""A service's database. Transactions are plain functions: no await, so no network, inside one."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from shared.calendar.clock import Clock
from shared.db.plumbing import Plumbing
from shared.db.work import Work
from shared.refusals import Refusal

T = TypeVar("T")

GROUP_AT_MOST: Final = 64
GROUP_SECONDS: Final = 0.02
BUSY_SECONDS: Final = 30
# Durable at each commit; what is deleted is overwritten; sorting and spilling never touch the disk. A larger cache and
# rarer checkpoints keep a ledger of millions of random numbers from being read and written twice.
PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "cache_size=-32768",
    "wal_autocheckpoint=8000",
)


@dataclass(slots=True)
class _Task:
    fn: Callable[[Work], Any]
    future: "Future[Any]"


class Database:
    """One writer thread commits waiting transactions in groups (one fsync for many); readers run beside it.

    Each function still has its own savepoint: one that raises undoes only itself. A result is handed out only
    after the commit that holds it.
    """

    def __init__(self, url: str, plumbing: Plumbing, *, service: str, clock: Clock) -> None:
        self.service = service
        self.plumbing = plumbing
        self.clock = clock
        self.engine = _sqlite_engine(url)
        self.on_commit: Callable[[], None] = lambda: None
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_forever, name=f"{service}-writer", daemon=True)
        self._writer.start()

    async def write(self, fn: Callable[[Work], T]) -> T:
        """Run `fn` in one transaction and return its result once that has been committed durably."""
        return cast(T, await asyncio.wrap_future(self._submit(fn)))

    def write_now(self, fn: Callable[[Work], T]) -> T:
        """As write, for threads and the command line; blocks."""
        return cast(T, self._submit(fn).result())

    async def read(self, fn: Callable[[Session], T]) -> T:
        """Run `fn` on a consistent snapshot; nothing it changes is kept."""
        return await asyncio.to_thread(self.read_now, fn)

    def read_now(self, fn: Callable[[Session], T]) -> T:
        """As read, for threads and the command line; blocks."""
        with Session(self.engine, expire_on_commit=False) as session:
            session.connection(execution_options={"shokai_read_only": True})
            return fn(session)

    def close(self) -> None:
        """Finish what is queued and close."""
        self._tasks.put(None)
        self._writer.join()
        self.engine.dispose()

    def _submit(self, fn: Callable[[Work], T]) -> "Future[Any]":
        if threading.current_thread() is self._writer:
            raise RuntimeError("a transaction cannot wait for another one")
        future: Future[Any] = Future()
        # From here on it cannot be cancelled: a caller that goes away must not take the writer thread along.
        future.set_running_or_notify_cancel()
        self._tasks.put(_Task(fn, future))
        return future

    def _write_forever(self) -> None:
        while (task := self._tasks.get()) is not None:
            if not self._write_group(task):
                return

    def _write_group(self, first: _Task) -> bool:
        """Commit the first task and those that wait behind it together. False when asked to stop."""
        done: list[tuple[_Task, Any, BaseException | None]] = []
        news = goes_on = True
        try:
            with self.engine.connect() as connection, connection.begin():
                news, goes_on = self._run_group(connection, first, done)
        except BaseException as failure:
            refusal = _as_refusal(failure)
            for task, _, error in done or [(first, None, None)]:
                task.future.set_exception(error or refusal)
            return goes_on
        if news:
            self.on_commit()
        for task, result, error in done:
            if error is None:
                task.future.set_result(result)
            else:
                task.future.set_exception(error)
        return goes_on

    def _run_group(
        self, connection: Connection, first: _Task, done: list[tuple[_Task, Any, BaseException | None]]
    ) -> tuple[bool, bool]:
        news = False
        task: _Task | None = first
        until = monotonic() + GROUP_SECONDS
        while task is not None:
            try:
                result, had_news = self._run_one(connection, task.fn)
                news |= had_news
                done.append((task, result, None))
            except Exception as error:
                done.append((task, None, _as_refusal(error)))
                if not _is_open(connection):
                    raise
            if len(done) >= GROUP_AT_MOST or monotonic() > until:
                return news, True
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                return news, True
        return news, False

    def _run_one(self, connection: Connection, fn: Callable[[Work], Any]) -> tuple[Any, bool]:
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            work = Work(session, self.plumbing, service=self.service, now=self.clock.now())
            result = fn(work)
            work.finish()
            session.commit()
            return result, work.has_news


def _is_open(connection: Connection) -> bool:
    """SQLite gives a transaction up by itself where the disk is full; what came after would stand alone."""
    return bool(connection.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]


def _as_refusal(failure: BaseException) -> BaseException:
    """What the caller should see: a full or busy store is no bug, and SQL text is nobody's business."""
    cause: BaseException | None = failure
    while cause is not None:
        text = str(cause.orig) if isinstance(cause, OperationalError) else ""
        if "full" in text:
            return Refusal("storage-full")
        if "locked" in text:
            return Refusal("busy")
        cause = cause.__context__
    return failure


def _sqlite_engine(url: str) -> Engine:
    """WAL, synchronous=FULL, secure deletion; writers begin IMMEDIATE so that read-then-write cannot deadlock."""
    options = {"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None}
    engine = create_engine(url, connect_args=options, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, _: object) -> None:
        dbapi.isolation_level = None
        for pragma in PRAGMAS:
            dbapi.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("shokai_read_only", False)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine
