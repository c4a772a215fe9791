"""RabbitMQ between outbox and inbox: confirmed on the way out, acknowledged once stored on the way in."""

import asyncio
import random
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
from aio_pika.exceptions import AMQPError, PublishError
from aiormq.abc import FieldTable
from pydantic import ValidationError
from yarl import URL

from shared.bus.topology import check, declare, find_queue, queue_of
from shared.events import Envelope
from shared.faults import reach
from shared.telemetry.logs import cause_of, log

Batch = Sequence[tuple[Envelope, bytes]]
Accept = Callable[[Batch], Awaitable[None]]

CONTENT_TYPE: Final = "application/cloudevents+json"
HEARTBEAT_SECONDS: Final = 10
CONNECT_SECONDS: Final = 10.0
# Longer than a queue takes to find a new leader. Beyond it nobody knows: the line is given up and all is sent again.
PUBLISH_SECONDS: Final = 8.0
DECLARE_SECONDS: Final = 20.0
CLOSE_SECONDS: Final = 5.0
IN_FLIGHT: Final = 100
PREFETCH: Final = 200
BATCH: Final = 100
WAIT_AT_MOST: Final = 10.0
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
        return url.update_query(heartbeat=str(HEARTBEAT_SECONDS))


class RabbitBus:
    """Two lines to the broker, one to publish and one to consume, because a blocked publisher blocks its whole line.

    Each line is kept up for as long as `run` runs; a broker that is away is waited for.
    """

    def __init__(
        self,
        settings: BusSettings,
        *,
        on_confirm: Callable[[float], None] = lambda seconds: None,
        on_batch: Callable[[int], None] = lambda size: None,
    ) -> None:
        self._settings = settings
        self._addresses = settings.addresses()
        self._turn = count(random.randrange(len(self._addresses)))  # noqa: S311  # no secret
        self._log = log(settings.service)
        self._exchange: AbstractExchange | None = None
        self._consuming = False
        self._stopping = asyncio.Event()
        self._suspect = asyncio.Event()
        """Set where the line that publishes is not to be trusted any more."""
        self._on_confirm, self._on_batch = on_confirm, on_batch

    @property
    def connected(self) -> bool:
        """Whether both lines stand."""
        return self._exchange is not None and self._consuming

    async def run(self, accept: Accept) -> None:
        """Keep both lines up until `stop`."""
        await asyncio.gather(self._keep(self._publish), self._keep(lambda line: self._consume(line, accept)))

    async def stop(self) -> None:
        """Take no more; what is in hand is stored and acknowledged first, and what is being sent is confirmed."""
        self._stopping.set()

    async def send(self, batch: Batch) -> None:
        """Publish and wait for every confirm. BusUnavailable where one is missing, Unroutable where one came back."""
        exchange = self._exchange
        if exchange is None:
            raise BusUnavailable
        free = asyncio.Semaphore(IN_FLIGHT)

        async def publish(envelope: Envelope, body: bytes) -> None:
            async with free:
                reach("bus.publish")
                started = monotonic()
                await asyncio.wait_for(
                    exchange.publish(_message(envelope, body), envelope.type, mandatory=True), PUBLISH_SECONDS
                )
                self._on_confirm(monotonic() - started)

        ended = await asyncio.gather(*(publish(*each) for each in batch), return_exceptions=True)
        failures = [failure for failure in ended if isinstance(failure, BaseException)]
        for failure in failures:
            if isinstance(failure, PublishError):
                self._log.error("bus.event.unroutable", cause=cause_of(failure))
                raise Unroutable from failure
        for failure in failures:
            self._suspect.set()
            raise BusUnavailable from failure

    async def _keep(self, use: Callable[[AbstractConnection], Awaitable[None]]) -> None:
        """One line, made anew whenever it is lost."""
        wait = 0.2
        while not self._stopping.is_set():
            started = monotonic()
            try:
                connection = await self._connect()
                try:
                    await use(connection)
                finally:
                    with suppress(*LOST):
                        await asyncio.wait_for(connection.close(), CLOSE_SECONDS)
            except asyncio.CancelledError:
                raise
            except Exception as lost:
                self._log.warning("bus.line.lost", cause=cause_of(lost))
            wait = 0.2 if monotonic() - started > WAIT_AT_MOST else min(WAIT_AT_MOST, wait * 2)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait * random.uniform(0.8, 1.2))  # noqa: S311  # no secret

    async def _connect(self) -> AbstractConnection:
        address = self._addresses[next(self._turn) % len(self._addresses)]
        context = self._settings.tls() if address.scheme == "amqps" else None
        name: FieldTable = {"connection_name": f"shokai-{self._settings.service}"}
        connecting = aio_pika.connect(address, ssl_context=context, timeout=CONNECT_SECONDS, client_properties=name)
        return await asyncio.wait_for(connecting, 2 * CONNECT_SECONDS)

    async def _publish(self, connection: AbstractConnection) -> None:
        channel = await asyncio.wait_for(connection.channel(on_return_raises=True), CONNECT_SECONDS)
        known = declare(channel) if self._settings.declare else check(channel)
        exchange = await asyncio.wait_for(known, DECLARE_SECONDS)
        lost = self._suspect = _lost(connection, channel)
        self._exchange = exchange
        self._log.info("bus.line.up", kind="publish")
        try:
            await self._until(lost)
        finally:
            self._exchange = None

    async def _consume(self, connection: AbstractConnection, accept: Accept) -> None:
        channel = await asyncio.wait_for(connection.channel(), CONNECT_SECONDS)
        await channel.set_qos(PREFETCH)
        known = declare(channel) if self._settings.declare else check(channel)
        await asyncio.wait_for(known, DECLARE_SECONDS)
        queue = await find_queue(channel, queue_of(self._settings.service))
        lost = _lost(connection, channel)
        came: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        consumer = await queue.consume(came.put)
        self._consuming = True
        self._log.info("bus.line.up", kind="consume")
        storing = asyncio.create_task(self._store_all(came, accept, lost))
        try:
            await self._until(lost, storing)
            if not lost.is_set() and not storing.done():
                await asyncio.wait_for(queue.cancel(consumer), CLOSE_SECONDS)
                await came.put(None)  # type: ignore[arg-type]
                await storing
        finally:
            self._consuming = False
            storing.cancel()
        if storing.done() and not storing.cancelled():
            storing.result()

    async def _store_all(
        self, came: "asyncio.Queue[AbstractIncomingMessage]", accept: Accept, lost: asyncio.Event
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
            try:
                readable.append((message, Envelope.model_validate_json(message.body)))
            except ValidationError:
                self._log.error("bus.message.unreadable", event_id=(message.message_id or "")[:36])
                await message.reject(requeue=False)
        if not readable:
            return
        self._on_batch(len(readable))
        wait = 0.2
        while True:
            try:
                await accept([(envelope, message.body) for message, envelope in readable])
                break
            except Exception as error:
                # The database is away. The messages stay ours, unacknowledged; the broker keeps the rest.
                self._log.warning("bus.inbox.failed", cause=cause_of(error))
                with suppress(TimeoutError):
                    await asyncio.wait_for(lost.wait(), wait)
                if lost.is_set() or self._stopping.is_set():
                    return
                wait = min(WAIT_AT_MOST, wait * 2)
        # Everything up to the last one is stored or rejected. If the line is gone it all comes again.
        with suppress(*LOST):
            await readable[-1][0].ack(multiple=True)

    async def _until(self, lost: asyncio.Event, *tasks: "asyncio.Task[Any]") -> None:
        """Until the line is lost, a task has ended or we are to stop."""
        waiting = [asyncio.create_task(event.wait()) for event in (lost, self._stopping)]
        try:
            await asyncio.wait([*waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()


def _lost(connection: AbstractConnection, channel: AbstractChannel) -> asyncio.Event:
    """Set once the connection or its channel is closed, whoever closed it."""
    lost = asyncio.Event()
    connection.close_callbacks.add(lambda *_: lost.set())
    channel.close_callbacks.add(lambda *_: lost.set())
    return lost


def _message(envelope: Envelope, body: bytes) -> Message:
    """A CloudEvent in structured form; what tools want to see stands in the headers too."""
    return Message(
        body,
        message_id=envelope.id,
        content_type=CONTENT_TYPE,
        delivery_mode=DeliveryMode.PERSISTENT,
        headers={"ce-id": envelope.id, "ce-type": envelope.type, "traceparent": envelope.traceparent},
    )
