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


class Leadership:
    """Runs a coroutine in one process at a time.

    What it runs must bear a moment of two leaders: a process notices late that its line is lost.
    """

    def __init__(self, settings: PostgresSettings, *, service: str) -> None:
        self._conninfo = settings.conninfo(
            options=settings.session_options(), application_name=f"shokai-{service}-leader"
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
        async with await psycopg.AsyncConnection.connect(self._conninfo, autocommit=True) as line:
            while not await _holds(line, "SELECT pg_try_advisory_lock(%s)"):
                await asyncio.sleep(LOOK_SECONDS)
            task = asyncio.create_task(work())
            self.leads = True
            try:
                while not task.done():
                    await asyncio.wait({task}, timeout=LOOK_SECONDS)
                    await line.execute("SELECT 1")
                task.result()
            finally:
                self.leads = False
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task


async def _holds(line: psycopg.AsyncConnection[Any], question: str) -> bool:
    row = await (await line.execute(question, (LEADER_LOCK,))).fetchone()
    return bool(row and row[0])
