"""Where the demonstration plays: on a data directory of its own, or on a distributed system that runs already."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import uvicorn

from cli.control import announce_server, as_report, run_jobs_on
from cli.data_dir import DataDir
from cli.demo.cast import Cast
from cli.embedded import Embedded
from cli.output import Output
from cli.remote import RemoteHouse
from cli.serving import listening
from shared.hosting.addresses import Addresses
from shared.hosting.polite import PoliteServer


class House(Protocol):
    """What the demonstration needs beside the entrances that everybody has."""

    @property
    def address(self) -> str:
        """Under which all services and the page are reached."""

    @property
    def log(self) -> Path | str:
        """Where the audit log lies, for whoever verifies it."""

    async def run_jobs(self, as_of: datetime) -> list[dict[str, Any]]:
        """Let time pass, and what is due run: `shokai jobs run --as-of`."""

    async def stopped(self) -> None:
        """Wait until it is told to stop."""


@dataclass(frozen=True)
class OwnHouse:
    """A data directory, served by this process."""

    data_dir: Path
    address: str
    serving: asyncio.Task[None]

    @property
    def log(self) -> Path:
        """The folder with the tiles."""
        return self.data_dir

    async def run_jobs(self, as_of: datetime) -> list[dict[str, Any]]:
        """Through the control door, as the command does while a server runs."""
        return await asyncio.to_thread(run_jobs_on, self.data_dir, as_of)

    async def stopped(self) -> None:
        """A signal stops the server."""
        await self.serving


@dataclass(frozen=True)
class OtherHouse:
    """Processes that others started, behind one address; on the admin side their control doors are reached too."""

    address: str
    house: RemoteHouse

    @property
    def log(self) -> str:
        """The tiles as the audit service publishes them."""
        return self.address

    async def run_jobs(self, as_of: datetime) -> list[dict[str, Any]]:
        """Through the doors."""
        _, runs = await self.house.run_jobs(as_of)
        return [as_report(run) for run in runs]

    async def stopped(self) -> None:
        """It goes on without us."""


@asynccontextmanager
async def own_house(data_dir: Path, cast: Cast, port: int, output: Output) -> AsyncIterator[OwnHouse]:
    """Make a data directory with the registers of the cast, and serve it."""
    made = await asyncio.to_thread(Embedded.init, data_dir, cast.bootstrap)
    output.step(f"初期登録 / set up: {made['plans']} 制度 / plans, {made['staff']} 名 / staff")
    embedded = Embedded.open(data_dir)
    with listening("127.0.0.1", port) as listener:
        taken = listener.getsockname()[1]
        server = PoliteServer(uvicorn.Config(embedded.app, log_config=None, access_log=False, lifespan="off"))
        await embedded.start()
        announce_server(DataDir(data_dir), taken)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield OwnHouse(data_dir, f"http://127.0.0.1:{taken}", serving)
        finally:
            server.should_exit = True
            await serving
            await embedded.stop()
            DataDir(data_dir).server_file.unlink(missing_ok=True)


@asynccontextmanager
async def other_house(front: str, addresses: Addresses, key: str) -> AsyncIterator[OtherHouse]:
    """Knock at the doors."""
    async with RemoteHouse.open(addresses, key) as house:
        yield OtherHouse(front.rstrip("/"), house)
