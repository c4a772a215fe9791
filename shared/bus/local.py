"""The bus of the embedded mode: the relay delivers straight into the inboxes, durable in their databases."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from shared.bus.inbox import Inbox
from shared.bus.relay import Relay
from shared.db.database import Database
from shared.events import Envelope

IDLE_LOOK_SECONDS: Final = 0.02
STOP_LOOK_SECONDS: Final = 0.5


class LocalBus:
    """Runs one relay and one inbox a service in this process."""

    def __init__(self, databases: Mapping[str, Database], inboxes: Mapping[str, Inbox]) -> None:
        self._databases = databases
        self._inboxes = inboxes
        self._relays = {name: Relay(database, self._send) for name, database in databases.items()}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Start relaying and handling, beginning with what an earlier process left."""
        for relay in self._relays.values():
            relay.listen()
            self._tasks.append(asyncio.create_task(relay.run()))
        for inbox in self._inboxes.values():
            self._tasks.append(asyncio.create_task(inbox.run()))

    async def stop(self) -> None:
        """Stop; what is unfinished goes on at the next start."""
        pending = set(self._tasks)
        while pending:
            for task in pending:
                task.cancel()
            # wait_for swallows a cancellation that meets its own wake-up: ask again.
            _, pending = await asyncio.wait(pending, timeout=STOP_LOOK_SECONDS)
        self._tasks.clear()

    async def idle(self) -> None:
        """Wait until nothing is on its way and nothing waits; events that wait for a retry count as waiting."""
        quiet = 0
        while quiet < 2:
            quiet = 0 if await self._is_busy() else quiet + 1
            await asyncio.sleep(IDLE_LOOK_SECONDS)

    async def _is_busy(self) -> bool:
        if any(inbox.busy for inbox in self._inboxes.values()):
            return True
        for name, database in self._databases.items():
            if await database.read(self._relays[name].waiting) or await database.read(self._inboxes[name].pending):
                return True
        return False

    async def _send(self, envelopes: Sequence[tuple[Envelope, bytes]]) -> None:
        await asyncio.gather(*(inbox.accept(envelopes) for inbox in self._inboxes.values()))
