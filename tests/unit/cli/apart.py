"""The services of a data directory, each on a port of its own with a control door, as the distributed mode has them."""

import asyncio
import socket
import threading
from collections.abc import Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp

from cli.embedded import Embedded
from shared.hosting.control import mount_control
from shared.hosting.schedule import keep_schedule
from shared.hosting.turns import Turns

KEY = "the key of the doors"


class Apart:
    """Runs in a thread while it is entered. `environment` is what a command on the admin side needs."""

    def __init__(self, data_dir: Path, key_file: Path) -> None:
        self.embedded = Embedded.open(data_dir)
        self.turns = {name: Turns() for name in self.embedded.services}
        self._sockets = {name: _listening() for name in (*self.embedded.services, "front")}
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))
        key_file.write_text(KEY + "\n")
        self.environment = {f"SHOKAI_{name.upper()}_URL": self.url(name) for name in self.embedded.services}
        self.environment["SHOKAI_CONTROL_KEY_FILE"] = str(key_file)

    def url(self, name: str) -> str:
        """The address of a service, or of the `front` that has them all."""
        return f"http://127.0.0.1:{self._sockets[name].getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(30)

    async def _run(self) -> None:
        await self.embedded.start(jobs=False)
        apps: Mapping[str, ASGIApp] = {
            **{name: service.app for name, service in self.embedded.services.items()},
            "front": self.embedded.app,
        }
        tasks: list[asyncio.Task[Any]] = []
        for name, service in self.embedded.services.items():
            turns, inbox = self.turns[name], self.embedded._inboxes[name]
            mount_control(service, inbox=inbox, lock=turns, key=KEY)
            schedule = keep_schedule([service], service.parts.clock, lock=turns.schedule)
            tasks.append(asyncio.create_task(schedule))
        for name, app in apps.items():
            server = _Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
            tasks.append(asyncio.create_task(server.serve(sockets=[self._sockets[name]])))
        self._ready.set()
        await self._stop.wait()
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        await self.embedded.stop()


class _Server(uvicorn.Server):
    """Signals are the test run's own."""

    def capture_signals(self) -> Any:
        return nullcontext()


def _listening() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener
