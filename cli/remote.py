"""The distributed system as its admin side sees it: what `shokai jobs run` does to a data directory, over HTTP.

Its key and the addresses of the services' control doors come from the environment.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, Final, Self

import httpx
import typer

from cli.control import LONGEST_RUN_SECONDS, pass_on
from shared.calendar.clock import JST
from shared.hosting.addresses import SERVICES, Addresses
from shared.hosting.control import KEY_HEADER
from shared.hosting.host_settings import HostSettings, secret
from shared.hosting.jobs import Job, JobRun, run_due
from shared.refusals import Refusal

CONNECT_SECONDS: Final = 10
HOLD_SECONDS: Final = 30
QUIET_LOOK_SECONDS: Final = 0.25
PATIENCE_SECONDS: Final = 600
ON_ITS_WAY: Final = ("outbox", "inbox", "records", "running")


@dataclass(frozen=True)
class Door:
    """One service's control door. Refusals `service-away`, `control-refused`, and what the door itself refuses."""

    service: str
    http: httpx.AsyncClient

    async def get(self, path: str, **asked: str) -> Any:
        """What it tells."""
        return await self._ask("GET", path, params=asked)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """What it answers to an order."""
        return await self._ask("POST", path, json=body)

    async def _ask(self, method: str, path: str, **more: Any) -> Any:
        try:
            answer = await self.http.request(method, f"/control{path}", **more)
        except httpx.TransportError as away:
            raise Refusal("service-away", service=self.service) from away
        pass_on(answer)
        if answer.status_code in (httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE):
            raise Refusal("service-away", service=self.service)
        if answer.is_error:
            raise Refusal("control-refused", service=self.service, status=answer.status_code)
        return answer.json()


@dataclass(frozen=True)
class RemoteService:
    """A service behind its control door, as the scheduler sees one."""

    name: str
    door: Door
    listed: Sequence[dict[str, str]]
    parts: Any = None

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Its jobs. Going through them asks the door once which of them is due first; the next time it asks anew."""
        look = _Look(self.door)
        return tuple(
            Job(row["name"], row["title_ja"], row["title_en"], look.due(row["name"]), self._run(row["name"]))
            for row in self.listed
        )

    def _run(self, name: str) -> Any:
        async def run(parts: Any, at: datetime) -> dict[str, int]:
            return dict(await self.door.post(f"/jobs/{name}/run", {"at": at.isoformat()}))

        return run


@dataclass
class _Look:
    """What is due first, asked when the first job is looked at."""

    door: Door
    found: dict[str, Any] | None = None

    def due(self, name: str) -> Any:
        async def next_due(parts: Any, until: datetime) -> datetime | None:
            if self.found is None:
                self.found = await self.door.get("/jobs/due", until=until.isoformat())
            return datetime.fromisoformat(self.found["at"]) if self.found["name"] == name else None

        return next_due


@dataclass(frozen=True)
class RemoteClock:
    """The clock that all services share; only a demo's can be moved."""

    door: Door
    moving: httpx.Client = field(repr=False)

    async def now(self) -> tuple[datetime, bool | None]:
        """The present instant, and whether it was ever set; None where it cannot be."""
        told = await self.door.get("/clock")
        return datetime.fromisoformat(told["now"]), told["was_set"]

    def move_to(self, at: datetime) -> None:
        """Bring a demo's clock to `at`, unless it is there or further already. Blocking, as the scheduler wants it."""
        told = self.moving.get("/control/clock").raise_for_status().json()
        if told["was_set"] and at <= datetime.fromisoformat(told["now"]):
            return
        self.moving.post("/control/clock", json={"at": at.isoformat()}).raise_for_status()


class RemoteHouse:
    """All services together."""

    def __init__(self, services: Sequence[RemoteService], clock: RemoteClock) -> None:
        self.services = services
        self.clock = clock

    @classmethod
    @asynccontextmanager
    async def open(cls, addresses: Addresses, key: str) -> AsyncIterator[Self]:
        """Knock at every door. Refusals as of Door."""
        headers, waits = {KEY_HEADER: key}, httpx.Timeout(LONGEST_RUN_SECONDS, connect=CONNECT_SECONDS)
        async with AsyncExitStack() as stack:
            doors = []
            for service in SERVICES:
                http = httpx.AsyncClient(base_url=addresses.of(service), headers=headers, timeout=waits)
                doors.append(Door(service, await stack.enter_async_context(http)))
            listed = await asyncio.gather(*(door.get("/jobs") for door in doors))
            services = [RemoteService(door.service, door, rows) for door, rows in zip(doors, listed, strict=True)]
            moving = httpx.Client(base_url=addresses.of(SERVICES[0]), headers=headers, timeout=CONNECT_SECONDS)
            stack.enter_context(moving)
            yield cls(services, RemoteClock(doors[0], moving))

    async def run_jobs(self, as_of: datetime | None) -> tuple[datetime, list[JobRun]]:
        """Run in order all that is due up to `as_of`, or up to now; tell up to when it was, and what was run.

        A demo's clock goes with it, and each step waits for its effects. Refusals: `clock-backwards` for a time before
        a demo's clock, `clock-ahead` for a future one in production.
        """
        now, was_set = await self.clock.now()
        until = now if as_of is None else as_of
        if was_set and until < now:
            raise Refusal("clock-backwards", now=now.astimezone(JST).isoformat())
        if was_set is None and until > now:
            raise Refusal("clock-ahead")
        async with self._held():
            if was_set is None:
                return until, await run_due(self.services, until)
            await self.settle()
            runs = await run_due(self.services, until, move_to=self.clock.move_to, settle=self.settle)
            self.clock.move_to(until)
            await self.settle()
            return until, runs

    async def settle(self) -> None:
        """Wait until nothing is on its way anywhere, seen twice in a row. Refusal `not-quiet` where it never ends."""
        end, before = monotonic() + PATIENCE_SECONDS, None
        while True:
            looks = await asyncio.gather(*(service.door.get("/quiet") for service in self.services))
            busy = [one.name for one, look in zip(self.services, looks, strict=True) if any(map(look.get, ON_ITS_WAY))]
            seen = [look["seen"] for look in looks]
            if not busy and seen == before:
                return
            if monotonic() > end:
                raise Refusal("not-quiet", services=busy)
            before = None if busy else seen
            await asyncio.sleep(QUIET_LOOK_SECONDS)

    @asynccontextmanager
    async def _held(self) -> AsyncIterator[None]:
        """Meanwhile the schedules of the services run nothing; should we be gone, they go on after a moment."""
        await self._hold(HOLD_SECONDS)
        renewing = asyncio.create_task(self._renew())
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(Refusal):
                await self._hold(0)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(HOLD_SECONDS / 3)
            with suppress(Refusal):  # jobs bear a schedule beside them
                await self._hold(HOLD_SECONDS)

    async def _hold(self, seconds: int) -> None:
        await asyncio.gather(*(service.door.post("/hold", {"seconds": seconds}) for service in self.services))


def from_environment() -> tuple[Addresses, str]:
    """Where the services are, and the key of their doors; wrong use where the environment does not say."""
    addresses, key = Addresses(), secret(HostSettings().control_key_file)
    missing = [f"SHOKAI_{service.upper()}_URL" for service in addresses.missing]
    missing += [] if key else ["SHOKAI_CONTROL_KEY_FILE"]
    if missing:
        raise typer.BadParameter(f"for the distributed system, set {', '.join(missing)}")
    return addresses, key
