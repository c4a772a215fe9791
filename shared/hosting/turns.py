"""Whose turn it is to run a service's jobs: the schedule's, or that of somebody who runs them by hand; never both."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from time import monotonic
from typing import Any, Final

import psycopg

from shared.db.postgres import PostgresSettings
from shared.refusals import Refusal
from shared.telemetry.logs import cause_of, log

TURN_LOCK: Final = 7_405_104
LOOK_SECONDS: Final = 0.2


class Turns:
    """For a service that is one process. Several may run jobs by hand at once, which jobs bear; the schedule waits."""

    def __init__(self, lock: asyncio.Lock | None = None) -> None:
        self._lock = asyncio.Lock() if lock is None else lock
        self._entering = asyncio.Lock()
        self._hands = 0
        self._holding = asyncio.Lock()
        self._held_until = 0.0
        self._changed = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    @property
    def schedule(self) -> AbstractAsyncContextManager[Any]:
        """The schedule's turn."""
        return self._lock

    @asynccontextmanager
    async def by_hand(self) -> AsyncIterator[None]:
        """The turn of one run by hand."""
        await self._enter()
        try:
            yield
        finally:
            await self._leave()

    async def hold(self, seconds: float) -> None:
        """Keep the schedule away for so long from now, so that runs by hand follow one another; 0 lets it go on."""
        async with self._holding:
            self._held_until = monotonic() + seconds
            self._changed.set()
            if self._keeper is not None and not seconds:
                await self._keeper
            elif self._keeper is None and seconds:
                await self._enter()
                self._keeper = asyncio.create_task(self._keep())

    async def take(self) -> None:
        """The first hand keeps the schedule away."""
        await self._lock.acquire()

    async def give(self) -> None:
        """The last one lets it go on."""
        self._lock.release()

    async def _enter(self) -> None:
        async with self._entering:
            if self._hands == 0:
                await self.take()
            self._hands += 1

    async def _leave(self) -> None:
        async with self._entering:
            self._hands -= 1
            if self._hands == 0:
                await self.give()

    async def _keep(self) -> None:
        try:
            while (left := self._held_until - monotonic()) > 0:
                self._changed.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), left)
        finally:
            self._keeper = None
            await self._leave()


class SharedTurns(Turns):
    """For a service of any number of processes: by an advisory lock in its database, shared by hands.

    A lock goes with its line. While the line is down a run by hand and the schedule may meet, which jobs bear.
    """

    def __init__(self, settings: PostgresSettings, *, service: str) -> None:
        super().__init__()
        name = f"shokai-{service}-turn"
        self._conninfo = settings.conninfo(options=settings.session_options(), application_name=name)
        self._log = log(service)
        self._line: psycopg.AsyncConnection[Any] | None = None

    @property
    def schedule(self) -> AbstractAsyncContextManager[Any]:
        """The schedule's turn; each round keeps the line of the one before."""
        return _ScheduleTurn(self._conninfo)

    async def take(self) -> None:
        """Wait until no schedule runs anywhere. Refusal `busy` while the database is away."""
        try:
            self._line = await _locked(self._conninfo, "SELECT pg_try_advisory_lock_shared(%s)")
        except psycopg.Error as away:
            raise Refusal("busy") from away

    async def give(self) -> None:
        """The lock goes with the line."""
        line, self._line = self._line, None
        try:
            if line is not None:
                await line.close()
        except psycopg.Error as error:
            self._log.warning("turns.line.lost", cause=cause_of(error))


class _ScheduleTurn:
    """May be entered again and again; a line that was lost is made anew."""

    def __init__(self, conninfo: str) -> None:
        self._conninfo = conninfo
        self._line: psycopg.AsyncConnection[Any] | None = None

    async def __aenter__(self) -> None:
        if self._line is None or self._line.closed or self._line.broken:
            self._line = await _connect(self._conninfo)
        await _lock(self._line, "SELECT pg_try_advisory_lock(%s)")

    async def __aexit__(self, *_: object) -> None:
        if self._line is not None:
            await self._line.execute("SELECT pg_advisory_unlock(%s)", (TURN_LOCK,))


async def _locked(conninfo: str, question: str) -> psycopg.AsyncConnection[Any]:
    line = await _connect(conninfo)
    try:
        await _lock(line, question)
    except BaseException:
        await line.close()
        raise
    return line


async def _connect(conninfo: str) -> psycopg.AsyncConnection[Any]:
    return await psycopg.AsyncConnection.connect(conninfo, autocommit=True)


async def _lock(line: psycopg.AsyncConnection[Any], question: str) -> None:
    """Asks again and again: who waits inside the database would keep out those who could share."""
    while True:
        row = await (await line.execute(question, (TURN_LOCK,))).fetchone()
        if row and row[0]:
            return
        await asyncio.sleep(LOOK_SECONDS)
