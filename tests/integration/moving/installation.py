"""An installation of the distributed mode to move into: databases on a real server, folders, and its services in one
process."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import uvicorn

from cli.dispatch import Dispatch
from services.audit.app import create_service as create_audit
from services.audit.settings import AuditSettings
from services.authority.app import create_service as create_authority
from services.authority.settings import AuthoritySettings
from services.intake.app import create_service as create_intake
from services.intake.settings import IntakeSettings
from services.matcher.app import create_service as create_matcher
from services.matcher.settings import MatcherSettings
from services.media.app import create_service as create_media
from services.media.settings import MediaSettings
from shared.bus import Inbox, LocalBus
from shared.calendar.clock import DemoClock
from shared.hosting import Service, run_due
from shared.hosting.distributed import DistributedKit
from shared.hosting.host_settings import HostSettings
from shared.hosting.house_events import HOUSE_EVENTS
from shared.ids import new_id
from tests.integration.moving.embedded import SCHEMAS
from tests.integration.stores import Server

COMMAND = [sys.executable, "-c", "from cli.main import main; main()"]


@dataclass
class Installation:
    """Empty databases and folders, and how the environment names them."""

    server: Server
    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)
    name: str = field(default_factory=lambda: f"move{new_id()[-8:]}")

    def __post_init__(self) -> None:
        with psycopg.connect(self.server.admin_url, autocommit=True) as admin:
            for service in SCHEMAS:
                self.server.create_database(f"{self.name}_{service}")
                if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (f"move_{service}",)).fetchone():
                    admin.execute(f'CREATE ROLE "move_{service}" LOGIN')

    def drop(self) -> None:
        for service in SCHEMAS:
            self.server.drop_database(f"{self.name}_{service}")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SHOKAI_MODE": "demo",
            "SHOKAI_DATABASE_OWNER_URL": self.server.url(f"{self.name}_{{service}}"),
            "SHOKAI_DATABASE_URL": self.server.url(f"{self.name}_{{service}}", user="move_{service}"),
            "SHOKAI_DATABASE_ROLE": "move_{service}",
            "SHOKAI_BLOBS_URL": f"file://{self.folder / 'blobs'}",
            "SHOKAI_KEYS_DIR": str(self.folder / "keys"),
            "SHOKAI_DATA_DIR": str(self.folder / "data"),
            "SHOKAI_CLOCK_FILE": str(self.folder / "clock" / "clock.json"),
            **self.more,
        }

    @property
    def settings(self) -> HostSettings:
        values = {name.removeprefix("SHOKAI_").lower(): value for name, value in self.environment.items()}
        return HostSettings.model_validate(values)

    @property
    def keyring_file(self) -> Path:
        return Path(self.environment["SHOKAI_KEYS_DIR"]) / "keyring.json"

    @property
    def log(self) -> Path:
        return Path(self.environment["SHOKAI_DATA_DIR"]) / "audit" / "log"

    def connect(self, service: str, user: str = "") -> "psycopg.Connection[Any]":
        address = self.server.url(f"{self.name}_{service}", **({"user": user} if user else {}))
        return psycopg.connect(address, autocommit=True)

    def importing(self, bundle: Path, *more: str) -> "subprocess.Popen[str]":
        """`shokai import`, under way."""
        arguments = [*COMMAND, "import", "--from", str(bundle), *more, "--json"]
        environment = {**os.environ, **self.environment}
        return subprocess.Popen(
            arguments, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    @contextmanager
    def running(self) -> Iterator["Running"]:
        """All services on it, in a thread."""
        running = Running(self.settings)
        thread = threading.Thread(target=running.serve, daemon=True)
        thread.start()
        try:
            running.wait()
            yield running
        finally:
            running.server.should_exit = True
            thread.join(timeout=60)
        assert not thread.is_alive()


class Running:
    """The services of an installation with a bus between them, behind one port."""

    def __init__(self, settings: HostSettings) -> None:
        self.settings = settings
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"

    def serve(self) -> None:
        asyncio.run(self._serve())

    def wait(self) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.address}/intake/healthz", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError("the services did not come up")

    def jobs_until(self, as_of: str) -> None:
        """Everything that is due, and the clock with it."""
        asyncio.run_coroutine_threadsafe(self._run_jobs(datetime.fromisoformat(as_of)), self._loop).result(120)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        kit = DistributedKit.open(self.settings)
        self.services: dict[str, Service] = {
            service.name: service
            for service in (
                create_authority(AuthoritySettings(), kit),
                create_intake(IntakeSettings(), kit),
                create_matcher(MatcherSettings(), kit),
                create_media(MediaSettings(), kit),
                create_audit(AuditSettings(), kit),
            )
        }
        inboxes = {
            name: Inbox(service.parts.db, service.parts, {**HOUSE_EVENTS, **service.consumers})
            for name, service in self.services.items()
        }
        self._bus = LocalBus({name: service.parts.db for name, service in self.services.items()}, inboxes)
        self._clock = kit.clock
        front = Dispatch({name: service.app for name, service in self.services.items()}, front=_nothing)
        config = uvicorn.Config(front, port=self.port, log_config=None, access_log=False, lifespan="off")
        self.server = uvicorn.Server(config)
        await self._bus.start()
        try:
            await self.server.serve()
        finally:
            await self._bus.stop()
            for service in self.services.values():
                await asyncio.to_thread(service.parts.db.close)

    async def _run_jobs(self, at: datetime) -> None:
        await self._bus.idle()
        await run_due(list(self.services.values()), at, move_to=self._move_to, settle=self._bus.idle)
        self._move_to(at)
        await self._bus.idle()

    def _move_to(self, at: datetime) -> None:
        assert isinstance(self._clock, DemoClock)
        if at > self._clock.now():
            self._clock.set(at)


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})
