"""Events in figures: committed in one service, handled in another, beside a bare broker in the same run."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import aio_pika
from sqlalchemy import MetaData, Row

from shared.bus.inbox import Inbox
from shared.bus.rabbit import BusSettings, RabbitBus
from shared.bus.relay import Relay
from shared.calendar.clock import SystemClock
from shared.db import Database, Plumbing, Schema, Work
from shared.db.postgres import PostgresSettings, PostgresStore
from shared.events.media import PackageRequested
from tests.parts.postgres import Postgres
from tests.parts.rabbitmq import RabbitMQ

MANY = 5_000
STEADY_SECONDS = 10
A_SECOND = 100
BODY = b"x" * 400


class TimedInbox(Inbox):
    """Notes when the outcome of each event was committed."""

    def __init__(self, database: Database, handled: dict[str, float], consumers: Any, *, concurrency: int) -> None:
        super().__init__(database, None, consumers, concurrency=concurrency)
        self._handled = handled

    async def _handle_row(self, row: Row[Any]) -> None:
        await super()._handle_row(row)
        self._handled[row.subject] = time.perf_counter()


def measure_events() -> None:
    """Start a broker and a durable PostgreSQL, measure, print."""
    postgres, rabbitmq = Postgres(fsync=True).start(), RabbitMQ().start()
    try:
        asyncio.run(_measure(postgres, rabbitmq))
    finally:
        rabbitmq.close()
        postgres.close()


async def _measure(postgres: Postgres, rabbitmq: RabbitMQ) -> None:
    settings = BusSettings(service="media", urls=(rabbitmq.url(),))
    handled: dict[str, float] = {}
    async with _two_services(postgres, settings, handled) as sender:
        started = time.perf_counter()
        for first in range(0, MANY, 100):
            names = [f"m{at}" for at in range(first, first + 100)]
            await sender.write(partial(_announce, names=names))
        committed = time.perf_counter()
        await _until(lambda: len(handled) >= MANY)
        seconds = time.perf_counter() - started
        print(f"events: {MANY:,} committed in {committed - started:.2f} s, all handled after {seconds:.2f} s:")
        print(f"committed in one service, handled in another: {MANY / seconds:,.0f}/s")
        handled.clear()
        late = await _steady(sender, handled)
    bare, bare_late = await _bare(rabbitmq)
    print(f"bare broker, publish with confirm and consume: {bare:,.0f}/s")
    for title, times in (("commit to handled", late), ("bare publish to consumed", bare_late)):
        print(f"{title} at {A_SECOND}/s: p50 {_part(times, 0.5):.1f} ms, p99 {_part(times, 0.99):.1f} ms")


async def _steady(sender: Database, handled: dict[str, float]) -> list[float]:
    sent: dict[str, float] = {}
    for at in range(A_SECOND * STEADY_SECONDS):
        name = f"s{at}"
        sent[name] = time.perf_counter()
        await sender.write(partial(_announce, names=[name]))
        await asyncio.sleep(max(0.0, 1 / A_SECOND - (time.perf_counter() - sent[name])))
    await _until(lambda: len(handled) >= len(sent))
    return [handled[name] - at for name, at in sent.items()]


async def _bare(rabbitmq: RabbitMQ) -> tuple[float, list[float]]:
    connection = await aio_pika.connect(rabbitmq.url())
    channel = await connection.channel()
    queue = await channel.declare_queue("bare", durable=True, arguments={"x-queue-type": "quorum"})
    came: dict[str, float] = {}

    async def note(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        came[message.message_id or ""] = time.perf_counter()
        await message.ack()

    await channel.set_qos(200)
    await queue.consume(note)
    exchange = channel.default_exchange
    started = time.perf_counter()
    for first in range(0, MANY, 100):
        names = [f"b{at}" for at in range(first, first + 100)]
        await asyncio.gather(*(exchange.publish(_bare_message(name), "bare") for name in names))
    await _until(lambda: len(came) >= MANY)
    pace = MANY / (time.perf_counter() - started)
    came.clear()
    sent: dict[str, float] = {}
    for at in range(A_SECOND * STEADY_SECONDS):
        sent[f"t{at}"] = time.perf_counter()
        await exchange.publish(_bare_message(f"t{at}"), "bare")
        await asyncio.sleep(max(0.0, 1 / A_SECOND - (time.perf_counter() - sent[f"t{at}"])))
    await _until(lambda: len(came) >= len(sent))
    await connection.close()
    return pace, [came[name] - at for name, at in sent.items()]


@asynccontextmanager
async def _two_services(
    postgres: Postgres, settings: BusSettings, handled: dict[str, float]
) -> AsyncIterator[Database]:
    async def handle(parts: Any, event: PackageRequested) -> None:
        return None

    sender, receiver = _database(postgres, "intake"), _database(postgres, "media")
    sends, takes = RabbitBus(replace(settings, service="intake")), RabbitBus(settings)
    inbox = TimedInbox(receiver, handled, {PackageRequested: handle}, concurrency=16)
    other = Inbox(sender, None, {})
    relay = Relay(sender, sends.send)
    relay.listen()
    tasks = [
        asyncio.create_task(each)
        for each in (sends.run(other.accept), takes.run(inbox.accept), inbox.run(), relay.run())
    ]
    await _until(lambda: sends.connected and takes.connected)
    yield sender
    await sends.stop()
    await takes.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for database in (sender, receiver):
        await asyncio.to_thread(database.close)


def _database(postgres: Postgres, name: str) -> Database:
    postgres.create_database(name)
    metadata = MetaData()
    schema = Schema(name, metadata, Plumbing(metadata), "")
    database = Database(PostgresStore(PostgresSettings(postgres.url(name)), service=name), schema, clock=SystemClock())
    metadata.create_all(database.engine)
    return database


def _announce(work: Work, names: list[str]) -> None:
    for name in names:
        work.announce(PackageRequested(reply_id=name), subject=name)


def _bare_message(name: str) -> aio_pika.Message:
    return aio_pika.Message(BODY, message_id=name, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)


async def _until(ready: Callable[[], bool]) -> None:
    while not ready():
        await asyncio.sleep(0.005)


def _part(times: list[float], share: float) -> float:
    return sorted(times)[int(share * (len(times) - 1))] * 1000


if __name__ == "__main__":
    measure_events()
