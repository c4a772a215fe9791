"""A service's database. Transactions are plain functions: no await, so no network, inside one."""

import asyncio
import queue
import random
import threading
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from time import monotonic, perf_counter, sleep
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection, Engine
from sqlmodel import Session

from shared.calendar.clock import Clock
from shared.db.schema import Schema
from shared.db.stores import Store, Wake
from shared.db.work import Work
from shared.faults import reach
from shared.refusals import Refusal
from shared.telemetry.metrics import metrics_of

T = TypeVar("T")

GROUP_AT_MOST: Final = 64
GROUP_SECONDS: Final = 0.02
ATTEMPTS: Final = 4
RETRY_SECONDS: Final = 0.1


@dataclass(slots=True)
class _Task:
    fn: Callable[[Work], Any]
    future: "Future[Any]"
    context: Context = field(default_factory=copy_context)


@dataclass(slots=True)
class _Group:
    """Transactions that are committed together: each one's result or error, and whom the commit wakes."""

    tasks: list[_Task]
    done: list[tuple[Any, BaseException | None]] = field(default_factory=list)
    topics: set[str] = field(default_factory=set)
    last: bool = False
    committing: bool = False

    def rolled_back(self) -> None:
        """Forget what a failed attempt has found; its transactions run again."""
        self.done.clear()
        self.topics.clear()

    def settle(self) -> None:
        """Tell each caller what became of its transaction."""
        for task, (result, error) in zip(self.tasks, self.done, strict=True):
            if error is None:
                task.future.set_result(result)
            else:
                task.future.set_exception(error)

    def fail(self, failure: BaseException) -> None:
        """Nothing of it was kept, or nobody knows."""
        for at, task in enumerate(self.tasks):
            error = self.done[at][1] if at < len(self.done) else None
            task.future.set_exception(error or failure)


class Database:
    """One writer thread commits waiting transactions in groups (one fsync for many); readers run beside it.

    Each function still has its own savepoint: one that raises undoes only itself. A result is handed out only
    after the commit that holds it. A function may run twice where its first transaction was lost before the commit.
    """

    def __init__(self, store: Store, schema: Schema, *, clock: Clock) -> None:
        self.schema = schema
        self.service = schema.service
        self.plumbing = schema.plumbing
        self.clock = clock
        self.store = store
        self._wakes: dict[str, list[Wake]] = defaultdict(list)
        self._stop_hearing: Callable[[], None] | None = None
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._writer = threading.Thread(target=self._write_forever, name=f"{self.service}-writer", daemon=True)
        self._writer.start()

    @property
    def engine(self) -> Engine:
        """The connections, for migrations and checks."""
        return self.store.engine

    @property
    def shared(self) -> bool:
        """Whether other processes may stand on the same database."""
        return self.store.shared

    async def write(self, fn: Callable[[Work], T]) -> T:
        """Run `fn` in one transaction and return its result once that has been committed durably."""
        return cast(T, await asyncio.wrap_future(self._submit(fn)))

    def write_now(self, fn: Callable[[Work], T], *, beside: bool = False) -> T:
        """As write, for threads and the command line; blocks.

        `beside` lets it run next to the one writer there is, where the engine can: only for bulk changes that
        constraints alone keep safe.
        """
        if beside and self.shared:
            return self._write_beside(fn)
        return cast(T, self._submit(fn).result())

    async def read(self, fn: Callable[[Session], T]) -> T:
        """Run `fn` on a consistent snapshot; nothing it changes is kept."""
        return await asyncio.to_thread(self.read_now, fn)

    def read_now(self, fn: Callable[[Session], T]) -> T:
        """As read, for threads and the command line; blocks."""
        try:
            with Session(self.engine, expire_on_commit=False) as session:
                session.connection(execution_options=dict(self.store.reading))
                return fn(session)
        except Exception as failure:
            refusal = self.store.as_refusal(failure)
            if refusal is failure:
                raise
            raise refusal from failure

    def wake_on(self, topic: str, wake: Wake) -> None:
        """Call `wake`, from any thread, after each commit, here or in another process, that has news of `topic`."""
        self._wakes[topic].append(wake)
        if self._stop_hearing is None:
            self._stop_hearing = self.store.hear(self._wake)

    def close(self) -> None:
        """Finish what is queued and close. Refusal `busy` for who comes later: a thread may outlive its service."""
        with self._closing:
            self._closed = True
            self._tasks.put(None)
        self._writer.join()
        if self._stop_hearing is not None:
            self._stop_hearing()
        self.engine.dispose()

    def _wake(self, topic: str) -> None:
        for wake in self._wakes.get(topic, ()):
            wake()

    def _submit(self, fn: Callable[[Work], T]) -> "Future[Any]":
        if threading.current_thread() is self._writer:
            raise RuntimeError("a transaction cannot wait for another one")
        future: Future[Any] = Future()
        # From here on it cannot be cancelled: a caller that goes away must not take the writer thread along.
        future.set_running_or_notify_cancel()
        with self._closing:
            if self._closed:
                raise Refusal("busy")
            self._tasks.put(_Task(fn, future))
        return future

    def _write_forever(self) -> None:
        while (task := self._tasks.get()) is not None:
            group = _Group([task])
            self._commit(group)
            if group.last:
                return

    def _write_beside(self, fn: Callable[[Work], T]) -> T:
        group = _Group([_Task(fn, Future())])
        self._commit(group, beside=True)
        return cast(T, group.tasks[0].future.result())

    def _commit(self, group: _Group, *, beside: bool = False) -> None:
        """Commit a group, again where its transaction was lost before the commit; tell its callers."""
        started = perf_counter()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                self._try(group, beside=beside)
                break
            except BaseException as failure:
                lost = group.committing or attempt == ATTEMPTS or not self.store.may_retry(failure)
                if lost:
                    group.fail(self.store.as_refusal(failure))
                    return
                group.rolled_back()
                sleep(RETRY_SECONDS * attempt * random.random())  # noqa: S311  # no secret
        metrics_of(self.service).committed(len(group.tasks), perf_counter() - started)
        for topic in group.topics:
            self._wake(topic)
        group.settle()

    def _try(self, group: _Group, *, beside: bool) -> None:
        group.committing = False
        with self.engine.connect() as connection:
            if beside:
                connection = connection.execution_options(shokai_beside=True)
            with connection.begin() as transaction:
                self.store.begin_write(connection)
                self._run(connection, group, alone=beside)
                if group.topics:
                    self.store.tell(connection, frozenset(group.topics))
                reach("commit.before")
                group.committing = True
                transaction.commit()
        reach("commit.after")

    def _run(self, connection: Connection, group: _Group, *, alone: bool) -> None:
        """Run the group's functions, then those that wait behind them, for a moment."""
        until = monotonic() + GROUP_SECONDS
        at = 0
        while at < len(group.tasks):
            try:
                group.done.append((self._run_one(connection, group, group.tasks[at]), None))
            except Exception as error:
                if self.store.may_retry(error) or not self.store.is_open(connection):
                    raise
                group.done.append((None, self.store.as_refusal(error)))
            at += 1
            full = alone or group.last or at >= GROUP_AT_MOST or monotonic() > until
            if at == len(group.tasks) and not full:
                self._take_waiting(group)

    def _take_waiting(self, group: _Group) -> None:
        try:
            task = self._tasks.get_nowait()
        except queue.Empty:
            return
        if task is None:
            group.last = True
        else:
            group.tasks.append(task)

    def _run_one(self, connection: Connection, group: _Group, task: _Task) -> Any:
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            work = Work(session, self.plumbing, service=self.service, now=self.clock.now())
            result = task.context.run(task.fn, work)  # the trace of its caller
            work.finish()
            session.commit()
        group.topics |= work.topics
        return result
