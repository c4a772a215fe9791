"""One process of the distributed mode: a service, one of its workers, or a step of its installation."""

import asyncio
import gc
import sys
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from pydantic_settings import BaseSettings

from shared.bus.inbox import Inbox
from shared.bus.rabbit import RabbitBus
from shared.bus.relay import Relay
from shared.db import Schema
from shared.db.leadership import Leadership
from shared.events import Event
from shared.hosting.control import mount_control
from shared.hosting.distributed import DistributedKit, migrate_service
from shared.hosting.host_settings import HostSettings, secret
from shared.hosting.house_events import HOUSE_EVENTS
from shared.hosting.kit import Kit
from shared.hosting.listening import listening
from shared.hosting.parts import Service
from shared.hosting.polite import PoliteServer
from shared.hosting.schedule import keep_schedule
from shared.hosting.turns import SharedTurns
from shared.http.health import health_routes
from shared.refusals import Refusal
from shared.telemetry.logs import cause_of, configure_logs, log
from shared.telemetry.spans import configure_traces, stop_traces

LIGHT_HANDLERS: Final = 32
# As bulk work makes them: a batch of records is tens of thousands of objects, none of which can be in a ring.
COLLECT_AFTER: Final = (50_000, 20, 50)
STEPS_OF_ALL: Final = ("service", "worker", "migrate")


@dataclass(frozen=True, kw_only=True)
class Program:
    """A service as a program: its tables, its settings, how it is put together, and steps of its own."""

    schema: Schema
    settings: Callable[[], BaseSettings]
    create: Callable[[Any, Kit], Service]
    consumes: Collection[type[Event]] = ()
    steps: Mapping[str, Callable[[HostSettings, Sequence[str]], None]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The service's name."""
        return self.schema.service


def run(program: Program, arguments: Sequence[str] | None = None) -> None:
    """`python -m services.<name> service|worker|migrate`; ends the process with 0, 1 (refused) or 2 (wrong use)."""
    step, *rest = (sys.argv[1:] if arguments is None else arguments) or [""]
    configure_logs()
    settings = HostSettings()
    try:
        if step in program.steps:
            program.steps[step](settings, rest)
        elif step == "migrate":
            migrate_service(settings, program.schema)
        elif step in ("service", "worker"):
            configure_traces(program.name, settings.otlp_url)
            asyncio.run(Process(program, settings, worker=step == "worker").run())
        else:
            print(f"use: {' | '.join((*STEPS_OF_ALL, *program.steps))}", file=sys.stderr)  # noqa: T201
            raise SystemExit(2)
    except Refusal as refusal:
        log(program.name).error("process.refused", code=refusal.code)
        raise SystemExit(1) from None


class Process:
    """A service or one of its workers, until it is told to stop; then it finishes what it has begun."""

    def __init__(self, program: Program, settings: HostSettings, *, worker: bool) -> None:
        self._settings = settings
        self._worker = worker
        self._service = program.create(program.settings(), DistributedKit.open(settings))
        self._database = self._service.parts.db
        self._log = log(program.name)
        self._inbox = Inbox(
            self._database,
            self._service.parts,
            {**HOUSE_EVENTS, **self._service.consumers},
            concurrency=self._side_by_side(),
            takes=self._takes,
        )
        self._leadership = Leadership(settings.postgres(program.name), service=program.name)
        self._bus = RabbitBus(settings.bus(program.name))
        self._relay = Relay(self._database, self._bus.send)
        self._turns = SharedTurns(settings.postgres(program.name), service=program.name)
        self._failed: BaseException | None = None

    async def run(self) -> None:
        """Serve until SIGTERM; raises what went wrong where a part of the process died by itself."""
        server = PoliteServer(listening(self._app(), self._settings))
        tasks = [asyncio.create_task(part) for part in self._parts()]
        for task in tasks:
            task.add_done_callback(lambda ended: self._ended(ended, server))
        spare_the_collector()
        self._log.info("process.started", port=self._settings.port)
        await server.serve()
        await self._drain(tasks)
        if self._failed is not None:
            raise self._failed

    def _app(self) -> FastAPI:
        if self._worker:
            app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
            app.include_router(health_routes(self._service.parts))
            return app
        key = secret(self._settings.control_key_file)
        if key:
            mount_control(self._service, inbox=self._inbox, lock=self._turns, key=key)
        state = self._service.app.state
        state.bus = lambda: "connected" if self._bus.connected else "away"
        state.consuming = lambda: self._bus.consuming
        state.leads = lambda: self._leadership.leads
        return self._service.app

    def _parts(self) -> list[Coroutine[Any, Any, None]]:
        if self._worker:
            return [self._inbox.run()]
        self._relay.listen()
        return [self._inbox.run(), self._bus.run(self._inbox.accept), self._leadership.lead(self._lead)]

    async def _lead(self) -> None:
        """What only one of a service's processes does: relay what was committed, run what is due."""
        async with asyncio.TaskGroup() as leading:
            leading.create_task(self._relay.run())
            leading.create_task(keep_schedule([self._service], self._service.parts.clock, lock=self._turns.schedule))

    def _side_by_side(self) -> int:
        """Handlers at once: light ones only wait for the database, and what they prepare is committed together."""
        heavy = self._worker or (self._service.heavy and self._settings.handles == "all")
        return self._service.concurrency if heavy else LIGHT_HANDLERS

    def _takes(self, event_type: str) -> bool:
        heavy = event_type in self._service.heavy
        return heavy if self._worker else not heavy or self._settings.handles == "all"

    def _ended(self, task: asyncio.Task[None], server: uvicorn.Server) -> None:
        if not task.cancelled() and (failure := task.exception()) is not None:
            self._log.error("process.part.died", cause=cause_of(failure))
            self._failed = failure
            server.should_exit = True

    async def _drain(self, tasks: Sequence[asyncio.Task[None]]) -> None:
        await self._bus.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._inbox.drain(self._settings.drain_seconds)
        await asyncio.to_thread(self._database.close)
        await asyncio.to_thread(stop_traces)
        self._log.info("process.stopped")


def spare_the_collector() -> None:
    """What a process has loaded by now stays: looking through it again and again costs a third of all work in bulk."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
