"""One leader among a service's processes: whoever holds a lock in its database, for as long as it is connected."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Final

import psycopg

from shared.db.postgres import PostgresSettings
from shared.telemetry.logs import cause_of, log

LEADER_LOCK: Final = 7_405_103
LOOK_SECONDS: Final = 1.0
# A leader gives up when the server has not answered for so long. The server frees the lock of one that it has not heard
# from for longer than that, such as a machine without power: so the old leader has stopped before the new one begins.
ANSWER_SECONDS: Final = 3.0
SILENCE_SECONDS: Final = 8


class Leadership:
    """Runs a coroutine in one process at a time.

    What it runs must bear a moment of two leaders: a process that stood still notices late that its line is lost.
    """

    def __init__(self, settings: PostgresSettings, *, service: str) -> None:
        self._conninfo = settings.conninfo(
            options=f"{settings.session_options()} -c idle_session_timeout={SILENCE_SECONDS}s",
            application_name=f"shokai-{service}-leader",
        )
        self._log = log(service)
        self.leads = False

    async def lead(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Wait to become the leader, run `work` until the lock is lost, and so on for ever."""
        while True:
            try:
                await self._lead_once(work)
            except psycopg.Error as error:
                self._log.warning("leader.lost", cause=cause_of(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def _lead_once(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        line = _Line(await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True))
        try:
            while not await line.ask("SELECT pg_try_advisory_lock(%s)", LEADER_LOCK):
                await asyncio.sleep(LOOK_SECONDS)
            await self._work_on(line, asyncio.create_task(work()))
        finally:
            await line.close()

    async def _work_on(self, line: "_Line", task: asyncio.Task[None]) -> None:
        self.leads = True
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=LOOK_SECONDS)
                await line.ask("SELECT 1")
            task.result()
        finally:
            self.leads = False
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


class _Line:
    """The connection that the lock hangs on. It is not waited for longer than a leader may be in doubt."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection = connection
        self._asking: asyncio.Task[Any] | None = None

    async def ask(self, question: str, *values: object) -> Any:
        """The first value of the answer; OperationalError where none comes in time."""
        self._asking = asyncio.create_task(self._answer(question, values))
        await asyncio.wait({self._asking}, timeout=ANSWER_SECONDS)
        if not self._asking.done():
            raise psycopg.OperationalError("no answer")
        return self._asking.result()

    async def close(self) -> None:
        """Withdraw a question that has no answer, which takes the driver some seconds on a dead line, and close."""
        if self._asking is not None and not self._asking.done():
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        await self._connection.close()

    async def _answer(self, question: str, values: tuple[object, ...]) -> Any:
        row = await (await self._connection.execute(question, values or None)).fetchone()
        return row and row[0]
