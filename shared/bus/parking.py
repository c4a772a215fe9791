"""What the broker itself has parked: messages that are no events, or that came back too often. Looked at by people."""

import hashlib
import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import PublishError

from shared.bus.rabbit import HEADERS, LOST, BusSettings, BusUnavailable, Unroutable, connect, envelope_in, publish
from shared.bus.topology import EXCHANGE, PARKING, find_queue
from shared.telemetry.logs import log

WORD: Final = re.compile(r"[a-z0-9](?:[\w./-]{0,79})", re.ASCII | re.IGNORECASE)
REASON: Final = re.compile(r"[a-z][a-z0-9-]{2,39}")


@dataclass(frozen=True, slots=True)
class Parked:
    """One parked message, by what may be shown of it: never its body."""

    id: str
    """The event's id; for a message without one a digest of its body."""
    type: str
    cause: str
    """Why the broker parked it: `rejected` (no event) or `delivery_limit` (it came back too often)."""
    queue: str
    """From which queue it came."""
    size: int


@dataclass(frozen=True, slots=True)
class ParkingLot:
    """How many messages are parked, and the first of them."""

    count: int
    first: tuple[Parked, ...]


async def look(settings: BusSettings, *, at_most: int = 100) -> ParkingLot:
    """What is parked; everything stays where it is. BusUnavailable where no broker answers."""
    async with _channel(settings) as channel:
        count, messages = await _take(channel, at_most)
        return ParkingLot(count, tuple(_parked(message) for message in messages))


async def replay(settings: BusSettings, ids: Collection[str] | None = None) -> Sequence[Parked]:
    """Publish what is parked once more under the same id, all or some of it; what went.

    Each message leaves the parking queue only after its publishing was confirmed. Inboxes that have it ignore it.
    Unroutable where no queue wants one of them: it and those after it stay.
    """
    async with _channel(settings) as channel:
        exchange = await channel.get_exchange(EXCHANGE)
        went = []
        for message in await _chosen(channel, ids):
            try:
                await publish(exchange, _again(message), _routing_key(message), settings.publish_seconds)
            except PublishError as returned:
                raise Unroutable from returned
            await message.ack()
            went.append(_parked(message))
            log(settings.service).info("bus.parking.replayed", event_id=went[-1].id, type=went[-1].type)
        return went


async def discard(settings: BusSettings, ids: Collection[str], *, reason: str) -> Sequence[Parked]:
    """Throw parked messages away for good; what went. The reason is a code word, such as `no-event`: it is logged.

    ValueError for any other reason.
    """
    if not REASON.fullmatch(reason):
        raise ValueError("the reason is not a code word")
    async with _channel(settings) as channel:
        went = []
        for message in await _chosen(channel, ids):
            await message.ack()
            went.append(_parked(message))
            log(settings.service).warning(
                "bus.parking.discarded", event_id=went[-1].id, type=went[-1].type, cause=reason
            )
        return went


@asynccontextmanager
async def _channel(settings: BusSettings) -> AsyncIterator[AbstractChannel]:
    """A channel of a line of its own; whatever was taken and not acknowledged goes back when it ends."""
    connection = None
    for address in settings.addresses():
        with suppress(*LOST):
            connection = await connect(settings, address)
            break
    if connection is None:
        raise BusUnavailable
    try:
        yield await connection.channel(on_return_raises=True)
    except LOST as lost:
        raise BusUnavailable from lost
    finally:
        with suppress(*LOST):
            await connection.close()


async def _take(channel: AbstractChannel, at_most: int | None) -> tuple[int, list[AbstractIncomingMessage]]:
    """How many messages are there, and the first of them, taken: they come back when the channel ends."""
    queue = await find_queue(channel, PARKING)
    count = queue.declaration_result.message_count or 0
    taken: list[AbstractIncomingMessage] = []
    # No more than were there: what is replayed and parked again waits for the next time.
    while len(taken) < min(count, count if at_most is None else at_most):
        message = await queue.get(fail=False)
        if message is None:
            break
        taken.append(message)
    return count, taken


async def _chosen(channel: AbstractChannel, ids: Collection[str] | None) -> list[AbstractIncomingMessage]:
    _, messages = await _take(channel, None)
    return [message for message in messages if ids is None or _parked(message).id in ids]


def _parked(message: AbstractIncomingMessage) -> Parked:
    death = _death(message)
    return Parked(
        id=_word(message.message_id) or f"body-{hashlib.sha256(message.body).hexdigest()[:16]}",
        type=_word(message.headers.get("ce-type")),
        cause=_word(death.get("reason")),
        queue=_word(death.get("queue")),
        size=len(message.body),
    )


def _death(message: AbstractIncomingMessage) -> Mapping[str, Any]:
    """What the broker wrote about the first time that it parked the message."""
    deaths = message.headers.get("x-death")
    death = deaths[-1] if isinstance(deaths, list) and deaths else None
    return death if isinstance(death, dict) else {}


def _routing_key(message: AbstractIncomingMessage) -> str:
    """The event's type; for what is no event, the key under which it first came. Unroutable where neither is known."""
    if (envelope := envelope_in(message.body)) is not None:
        return envelope.type
    keys = _death(message).get("routing-keys")
    if isinstance(keys, list) and keys:
        return str(keys[0])
    raise Unroutable


def _again(message: AbstractIncomingMessage) -> Message:
    return Message(
        message.body,
        message_id=message.message_id,
        content_type=message.content_type,
        delivery_mode=DeliveryMode.PERSISTENT,
        headers={name: value for name, value in message.headers.items() if name in HEADERS},
    )


def _word(value: object) -> str:
    """A header as it may be shown: one word, or nothing. Anybody may have written it."""
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value or "")
    return text if WORD.fullmatch(text) else ""
