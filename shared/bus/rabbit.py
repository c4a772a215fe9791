"""RabbitMQ between outbox and inbox: confirmed on the way out, acknowledged once stored on the way in."""

import asyncio
import logging
import random
import re
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any, Final

import aio_pika
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, DeliveryError, PublishError
from aiormq.abc import FieldTable
from yarl import URL

from shared.bus.topology import TopologyDiffers, check, declare, find_queue, queue_of
from shared.events import Envelope
from shared.faults import reach
from shared.telemetry.logs import cause_of, log

Batch = Sequence[tuple[Envelope, bytes]]
Accept = Callable[[Batch], Awaitable[None]]

CONTENT_TYPE: Final = "application/cloudevents+json"
HEADERS: Final = ("ce-id", "ce-type", "traceparent")
DECLARE_SECONDS: Final = 20.0
CLOSE_SECONDS: Final = 5.0
IN_FLIGHT: Final = 100
BATCH: Final = 100
# A broker that comes back elects its queues' leaders first. RabbitMQ 3.10 can leave a queue without one for ever where
# it is asked for it in that very moment.
SETTLE_SECONDS: Final = 2.0
WAIT_AT_LEAST: Final = 0.2
WAIT_AT_MOST: Final = 10.0
LOOK_SECONDS: Final = 0.05
# What an inbox has room for. Anything longer would make the store refuse the whole batch, for ever.
ID_LENGTH: Final = 36
TYPE_LENGTH: Final = 80
SUBJECT_LENGTH: Final = 120
# What a lost, stuck or refused line shows itself as.
LOST: Final = (AMQPError, OSError, TimeoutError, asyncio.InvalidStateError, RuntimeError)


class BusUnavailable(Exception):
    """Not everything was confirmed: it stays in the outbox and is sent again."""


class Unroutable(BusUnavailable):
    """The broker has no queue for an event: the topology on it is not ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BusSettings:
    """How to reach the broker: the hosts of one cluster, tried in turn. With a certificate and no user: EXTERNAL."""

    service: str
    urls: tuple[str, ...]
    user: str = ""
    password: str = ""
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    declare: bool = True
    heartbeat_seconds: int = 10
    """A line on which nothing comes for three times as long is dead."""
    connect_seconds: float = 10.0
    publish_seconds: float = 8.0
    """Longer than a queue takes to find a new leader. Beyond it nobody knows: the events are sent again."""
    stop_seconds: float = 20.0
    prefetch: int = 200

    def addresses(self) -> list[URL]:
        """Each host's address with what is needed to log in."""
        return [self._address(URL(url)) for url in self.urls]

    def tls(self) -> ssl.SSLContext:
        """TLS 1.2 or later; the broker's name is checked."""
        context = ssl.create_default_context(cafile=self.ca_file)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.cert_file is not None:
            context.load_cert_chain(self.cert_file, self.key_file)
        return context

    def _address(self, url: URL) -> URL:
        if self.user:
            url = url.with_user(self.user).with_password(self.password)
        elif self.cert_file is not None and url.user is None:
            url = url.update_query(auth="EXTERNAL")
        return url.update_query(heartbeat=str(self.heartbeat_seconds))


async def connect(settings: BusSettings, address: URL) -> AbstractConnection:
    """A line to one of the hosts; not a robust one, who uses it makes it anew."""
    context = settings.tls() if address.scheme == "amqps" else None
    name: FieldTable = {"connection_name": f"shokai-{settings.service}"}
    connecting = aio_pika.connect(
        address, ssl_context=context, timeout=settings.connect_seconds, client_properties=name
    )
    # The library's own limit does not cover everything that it does.
    async with asyncio.timeout(2 * settings.connect_seconds):
        return await connecting


async def publish(exchange: AbstractExchange, message: Message, routing_key: str, seconds: float) -> None:
    """Publish one message and wait for its confirm. PublishError where it came back, TimeoutError where none came."""
    async with asyncio.timeout(seconds):
        await exchange.publish(message, routing_key, mandatory=True)


@dataclass(frozen=True, eq=False)
class Outlet:
    """The line that publishes, for as long as it stands."""

    connection: AbstractConnection
    exchange: AbstractExchange
    lost: asyncio.Event

    async def is_blocked(self) -> bool:
        """Whether the broker takes nothing because of an alarm. It tells so after the first message it did not take."""
        transport = self.connection.transport
        if transport is None:
            return False
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await transport.ready()
        except TimeoutError:
            return True
        return False


class RabbitBus:
    """Two lines to the broker, one to publish and one to consume, because a blocked publisher blocks its whole line.

    Each line is kept up for as long as `run` runs; a broker that is away is waited for.
    """

    def __init__(self, settings: BusSettings) -> None:
        self._settings = settings
        self._addresses = settings.addresses()
        self._turn = count(random.randrange(max(1, len(self._addresses))))  # noqa: S311  # no secret
        self._log = log(settings.service)
        self._outlet: Outlet | None = None
        self.consuming = False
        """Whether the line that consumes stands."""
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()
        self._free = asyncio.Semaphore(IN_FLIGHT)
        self._flying: set[str] = set()

    @property
    def connected(self) -> bool:
        """Whether both lines stand."""
        return self._outlet is not None and self.consuming

    async def run(self, accept: Accept) -> None:
        """Keep both lines up until `stop`. ValueError where the settings name no broker."""
        if not self._addresses:
            raise ValueError("the settings name no broker")
        for library in ("aiormq", "aio_pika"):
            # They tell in their own words what is told here, messages included.
            logging.getLogger(library).setLevel(logging.CRITICAL)
        self._ended.clear()
        try:
            async with asyncio.TaskGroup() as lines:
                lines.create_task(self._keep("publish", self._publish))
                lines.create_task(self._keep("consume", lambda line: self._consume(line, accept)))
        finally:
            self._ended.set()

    async def stop(self) -> None:
        """Take no more; what is in hand is stored and acknowledged, what flies is confirmed. Bounded in time."""
        self._stopping.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.stop_seconds):
                await self._ended.wait()

    async def send(self, batch: Batch) -> None:
        """Publish and wait for every confirm. BusUnavailable where one is missing, Unroutable where one came back."""
        outlet = self._outlet
        if outlet is None or await outlet.is_blocked():
            raise BusUnavailable
        publishing = (self._send(outlet, envelope, body) for envelope, body in batch)
        ended = await asyncio.gather(*publishing, return_exceptions=True)
        failures = [failure for failure in ended if isinstance(failure, BaseException)]
        if not failures:
            return
        returned = next((failure for failure in failures if isinstance(failure, Unroutable)), None)
        # A refusal is an answer, and an alarm passes. Otherwise the line is made anew, and with it the topology.
        answered = all(isinstance(failure, DeliveryError | BusUnavailable) for failure in failures)
        if returned is not None or not (answered or await outlet.is_blocked()):
            outlet.lost.set()
        raise returned or BusUnavailable from failures[0]

    async def _send(self, outlet: Outlet, envelope: Envelope, body: bytes) -> None:
        async with self._free:
            # A returned message is known by its id alone: two of one id on their way would be taken for one another.
            if envelope.id in self._flying:
                raise BusUnavailable
            self._flying.add(envelope.id)
            reach("bus.publish")
            try:
                await publish(outlet.exchange, _message(envelope, body), envelope.type, self._settings.publish_seconds)
            except PublishError:
                self._log.error("bus.event.unroutable", event_id=envelope.id, type=envelope.type)
                raise Unroutable from None
            finally:
                self._flying.discard(envelope.id)

    async def _keep(self, kind: str, use: Callable[[AbstractConnection], Awaitable[None]]) -> None:
        """One line, made anew whenever it is lost."""
        wait, away = WAIT_AT_LEAST, False
        while not self._stopping.is_set():
            started = monotonic()
            try:
                connection = await connect(self._settings, self._next_address())
                try:
                    await self._pause(SETTLE_SECONDS if away else 0, self._stopping)
                    away = False
                    await use(connection)
                finally:
                    with suppress(*LOST):
                        await asyncio.wait_for(connection.close(), CLOSE_SECONDS)
            except TopologyDiffers as differs:
                self._log.error("bus.topology.differs", kind=kind, part=differs.name, cause=cause_of(differs))
            except Exception as lost:
                away = True
                self._log.warning("bus.line.lost", kind=kind, cause=cause_of(lost))
            wait = WAIT_AT_LEAST if monotonic() - started > WAIT_AT_MOST else min(WAIT_AT_MOST, wait * 2)
            await self._pause(wait * random.uniform(0.8, 1.2), self._stopping)  # noqa: S311  # no secret

    def _next_address(self) -> URL:
        return self._addresses[next(self._turn) % len(self._addresses)]

    async def _open(self, connection: AbstractConnection) -> tuple[AbstractChannel, AbstractExchange]:
        channel = await connection.channel(on_return_raises=True)
        return channel, await (declare(channel) if self._settings.declare else check(channel))

    async def _publish(self, connection: AbstractConnection) -> None:
        async with asyncio.timeout(DECLARE_SECONDS):
            channel, exchange = await self._open(connection)
            lost = await _lost(connection, channel)
        self._outlet = Outlet(connection, exchange, lost)
        self._log.info("bus.line.up", kind="publish")
        try:
            await _first(lost, self._stopping)
        finally:
            self._outlet = None
        until = monotonic() + self._settings.publish_seconds
        while self._flying and not lost.is_set() and monotonic() < until:
            await asyncio.sleep(LOOK_SECONDS)

    async def _consume(self, connection: AbstractConnection, accept: Accept) -> None:
        came: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
        async with asyncio.timeout(DECLARE_SECONDS):
            channel, _ = await self._open(connection)
            await channel.set_qos(self._settings.prefetch)
            lost = await _lost(connection, channel)
            queue = await find_queue(channel, queue_of(self._settings.service))
            consumer = await queue.consume(came.put)
        self.consuming = True
        self._log.info("bus.line.up", kind="consume")
        storing = asyncio.create_task(self._store_all(came, accept, lost))
        try:
            await _first(lost, self._stopping, storing)
            if not lost.is_set() and not storing.done():
                await asyncio.wait_for(queue.cancel(consumer), CLOSE_SECONDS)
                await came.put(None)
                await storing
        finally:
            self.consuming = False
            storing.cancel()
            await asyncio.wait((storing,), timeout=CLOSE_SECONDS)
        if storing.done() and not storing.cancelled():
            storing.result()

    async def _store_all(
        self, came: "asyncio.Queue[AbstractIncomingMessage | None]", accept: Accept, lost: asyncio.Event
    ) -> None:
        """Store what comes, in batches, each acknowledged after it is durable; ends after a None."""
        goes_on = True
        while goes_on:
            messages = [await came.get()]
            while len(messages) < BATCH and not came.empty():
                messages.append(came.get_nowait())
            goes_on = messages[-1] is not None
            await self._store([message for message in messages if message is not None], accept, lost)

    async def _store(self, messages: Sequence[AbstractIncomingMessage], accept: Accept, lost: asyncio.Event) -> None:
        reach("bus.received")
        readable: list[tuple[AbstractIncomingMessage, Envelope]] = []
        for message in messages:
            if (envelope := envelope_in(message.body)) is not None:
                readable.append((message, envelope))
                continue
            self._log.error("bus.message.unreadable", event_id=_id(message))
            await message.reject(requeue=False)
        if not readable:
            return
        wait = WAIT_AT_LEAST
        while True:
            try:
                await accept([(envelope, message.body) for message, envelope in readable])
                break
            except Exception as error:
                # The database is away. The messages stay ours, unacknowledged; the broker keeps the rest.
                self._log.warning("bus.inbox.failed", cause=cause_of(error))
                await self._pause(wait, lost, self._stopping)
                if lost.is_set() or self._stopping.is_set():
                    return
                wait = min(WAIT_AT_MOST, wait * 2)
        # Everything up to the last one is stored or rejected. If the line is gone it all comes again.
        with suppress(*LOST):
            await readable[-1][0].ack(multiple=True)

    async def _pause(self, seconds: float, *unless: asyncio.Event) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await _first(*unless)


async def _first(*what: "asyncio.Event | asyncio.Task[Any]") -> None:
    """Until one of the events is set or one of the tasks has ended."""
    waiting = [asyncio.create_task(each.wait()) for each in what if isinstance(each, asyncio.Event)]
    tasks = [each for each in what if isinstance(each, asyncio.Task)]
    try:
        await asyncio.wait([*waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


async def _lost(connection: AbstractConnection, channel: AbstractChannel) -> asyncio.Event:
    """Set once the connection or its channel is closed, whoever closed it, or its queue was deleted."""
    lost = asyncio.Event()
    connection.close_callbacks.add(lambda *_: lost.set())
    channel.close_callbacks.add(lambda *_: lost.set())
    beneath = await channel.get_underlay_channel()
    beneath.on_consumer_cancel_callbacks.add(lambda _: lost.set())
    return lost


def envelope_in(body: bytes) -> Envelope | None:
    """The envelope in a message, or None where there is none, or one that no inbox can keep."""
    try:
        envelope = Envelope.of(body)
    except ValueError:
        return None
    kept = (envelope.id, ID_LENGTH), (envelope.type, TYPE_LENGTH), (envelope.subject, SUBJECT_LENGTH)
    return envelope if all(text.isprintable() and len(text) <= length for text, length in kept) else None


def _id(message: AbstractIncomingMessage) -> str:
    """A foreign message's id, where it looks like one."""
    found = re.fullmatch(r"[\w.-]{1,36}", message.message_id or "", re.ASCII)
    return found[0] if found else ""


def _message(envelope: Envelope, body: bytes) -> Message:
    """A CloudEvent in structured form; what tools want to see stands in the headers too."""
    return Message(
        body,
        message_id=envelope.id,
        content_type=CONTENT_TYPE,
        delivery_mode=DeliveryMode.PERSISTENT,
        headers=dict(zip(HEADERS, (envelope.id, envelope.type, envelope.traceparent), strict=True)),
    )
