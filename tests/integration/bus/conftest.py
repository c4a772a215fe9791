"""A virtual host of its own for each test, and services that only note what they are given."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from sqlalchemy import MetaData, select

from shared.bus import Inbox
from shared.bus.rabbit import Batch, BusSettings, BusUnavailable, RabbitBus
from shared.bus.topology import declare
from shared.calendar.clock import FixedClock
from shared.db import Database, Plumbing, Schema
from shared.db.sqlite import SqliteStore
from shared.events import Envelope
from shared.events.intake import FileReceived
from shared.ids import new_id
from tests.parts.rabbitmq import RabbitMQ

TYPE = "intake.file.received.v1"
METADATA = MetaData()
PLUMBING = Plumbing(METADATA)


@dataclass
class Heard:
    """What a service has stored, and how often it was given each event."""

    ids: list[str] = field(default_factory=list)
    failing: int = 0

    async def accept(self, batch: Batch) -> None:
        if self.failing:
            self.failing -= 1
            raise OSError("the database is away")
        self.ids += [envelope.id for envelope, _ in batch]


def event(event_type: str = TYPE) -> tuple[Envelope, bytes]:
    envelope = Envelope(
        id=new_id(), source="/intake", type=event_type, subject="request/1", time="2026-06-01T00:00:00Z", data={}
    )
    return envelope, envelope.model_dump_json().encode()


async def until(ready: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not ready():
            await asyncio.sleep(0.02)


async def until_async(ready: Callable[[], bool | Awaitable[bool]], seconds: float = 20) -> None:
    """As `until`, where the answer may have to be fetched."""
    async with asyncio.timeout(seconds):
        while True:
            found = ready()
            if await found if inspect.isawaitable(found) else found:
                return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def on_channel(settings: BusSettings, *, declared: bool = False) -> AsyncIterator[AbstractChannel]:
    """A channel of the tests' own, past the bus."""
    connection = await aio_pika.connect(settings.urls[0])
    async with connection:
        channel = await connection.channel()
        if declared:
            await declare(channel)
        yield channel


async def sent(bus: RabbitBus, one: tuple[Envelope, bytes], seconds: float = 60) -> None:
    """Sent again until it is confirmed, as the relay does."""
    async with asyncio.timeout(seconds):
        while True:
            with suppress(BusUnavailable):
                await bus.send([one])
                return
            await asyncio.sleep(0.2)


@asynccontextmanager
async def running(bus: RabbitBus, heard: Heard) -> AsyncIterator[RabbitBus]:
    task = asyncio.create_task(bus.run(heard.accept))
    try:
        yield bus
    finally:
        await bus.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(task, 20)


@pytest.fixture(scope="session")
def own_node() -> Iterator[RabbitMQ]:
    """One that may be killed, and that knows certificates."""
    node = RabbitMQ(tls=True).start()
    yield node
    node.close()


@pytest.fixture
def vhost(rabbitmq: RabbitMQ) -> str:
    return rabbitmq.create_vhost()


@pytest.fixture
def settings(rabbitmq: RabbitMQ, vhost: str) -> BusSettings:
    return BusSettings(service="intake", urls=(rabbitmq.url(vhost),))


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    """A real one, of a service that consumes files and never handles them."""
    database = Database(
        SqliteStore(f"sqlite:///{tmp_path}/inbox.sqlite3"),
        Schema("intake", METADATA, PLUMBING, ""),
        clock=FixedClock(datetime(2026, 6, 1, tzinfo=UTC)),
    )
    METADATA.create_all(database.engine)

    async def handler(parts: object, happened: FileReceived) -> None: ...

    yield Inbox(database, None, {FileReceived: handler})
    database.close()


def stored(inbox: Inbox) -> list[str]:
    with inbox._database.engine.connect() as connection:
        return list(connection.scalars(select(PLUMBING.inbox.c.event_id)))
