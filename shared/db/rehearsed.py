"""A database on which everything can be tried and nothing stays: one transaction that is rolled back at the end."""

import asyncio
import threading
from collections.abc import Callable
from typing import Final, TypeVar

from sqlalchemy import Connection
from sqlmodel import Session

from shared.db.database import Database
from shared.db.work import Work

T = TypeVar("T")

# Others wait for a lock for 30 s: what is only tried must have let go before.
HOLD_SECONDS: Final = 20.0


class RehearsalOver(Exception):
    """It took too long: what had been tried is rolled back, and no more is done."""


class RehearsedDatabase:
    """Offers what handlers ask of a Database. What was written is seen by later reads here, and by nobody else.

    The transaction begins with the first write: until then nobody is kept waiting. No event and no access record leaves
    it, and the head of the access records, for which every writer waits, is not touched.
    """

    def __init__(self, database: Database, *, hold_seconds: float = HOLD_SECONDS) -> None:
        self.schema = database.schema
        self.service = database.service
        self.plumbing = database.plumbing
        self.clock = database.clock
        self.shared = database.shared
        self._database = database
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._over = False
        self._alarm = threading.Timer(hold_seconds, self.end)
        self._alarm.daemon = True

    async def write(self, fn: Callable[[Work], T]) -> T:
        """Run `fn` as in a transaction of its own."""
        return await asyncio.to_thread(self.write_now, fn)

    def write_now(self, fn: Callable[[Work], T], *, beside: bool = False) -> T:
        """As write; blocks."""
        with self._lock:
            connection = self._begun()
            try:
                return self._run(connection, fn)
            except Exception as failure:
                refusal = self._database.store.as_refusal(failure)
                if refusal is failure:
                    raise
                raise refusal from failure

    async def read(self, fn: Callable[[Session], T]) -> T:
        """Run `fn` on what is there and what was written here."""
        return await asyncio.to_thread(self.read_now, fn)

    def read_now(self, fn: Callable[[Session], T]) -> T:
        """As read; blocks."""
        with self._lock:
            self._refuse_if_over()
            if self._connection is not None:
                with Session(
                    self._connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
                ) as session:
                    return fn(session)
        return self._database.read_now(fn)

    def end(self) -> None:
        """Undo all of it; whoever comes later gets RehearsalOver."""
        with self._lock:
            self._over = True
            self._alarm.cancel()
            connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()  # which rolls back

    def _run(self, connection: Connection, fn: Callable[[Work], T]) -> T:
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as session:
            work = Work(session, self.plumbing, service=self.service, now=self.clock.now())
            result = fn(work)
            session.commit()  # of the savepoint
            return result

    def _begun(self) -> Connection:
        """The transaction's connection. On an engine that can do so it stands beside the one writer there is."""
        self._refuse_if_over()
        if self._connection is None:
            connection = self._database.engine.connect().execution_options(shokai_beside=True)
            try:
                connection.begin()
                self._database.store.begin_write(connection)
            except BaseException as failure:
                connection.close()
                raise self._database.store.as_refusal(failure) from failure
            self._connection = connection
            self._alarm.start()
        return self._connection

    def _refuse_if_over(self) -> None:
        if self._over:
            raise RehearsalOver
