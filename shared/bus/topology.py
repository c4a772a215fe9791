"""The broker's exchanges, queues and bindings, declared in one place and checked at start."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue
from aiormq.exceptions import ChannelNotFoundEntity, ChannelPreconditionFailed

EXCHANGE: Final = "shokai.events"
DEAD_LETTERS: Final = "shokai.dead"
PARKING: Final = "events.parking"
# How often a message may come back unstored before the broker parks it: a crash loop, never a database that is away.
DELIVERIES: Final = 100
QUORUM: Final[Mapping[str, Any]] = {"x-queue-type": "quorum"}
# At-least-once dead-lettering needs a queue that refuses rather than drops.
CONSUMED: Final[Mapping[str, Any]] = {
    **QUORUM,
    "x-delivery-limit": DELIVERIES,
    "x-dead-letter-exchange": DEAD_LETTERS,
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


class TopologyDiffers(Exception):
    """What stands on the broker under one of our names is not what we would declare, or is missing."""


@cache
def bindings() -> Mapping[str, tuple[str, ...]]:
    """Which event types each service's queue is bound to; `#` is every type."""
    text = resources.files("shared.bus").joinpath("topology.toml").read_text("utf-8")
    return {service: tuple(types) for service, types in tomllib.loads(text).items()}


def queue_of(service: str) -> str:
    """The name of a service's queue."""
    return f"events.{service}"


async def declare(channel: AbstractChannel) -> AbstractExchange:
    """Make what is not there yet. TopologyDiffers where something else stands there under the same name."""
    try:
        exchange = await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)
        dead = await channel.declare_exchange(DEAD_LETTERS, ExchangeType.FANOUT, durable=True)
        parking = await channel.declare_queue(PARKING, durable=True, arguments=dict(QUORUM))
        await parking.bind(dead)
        for service, types in bindings().items():
            queue = await channel.declare_queue(queue_of(service), durable=True, arguments=dict(CONSUMED))
            for event_type in types:
                await queue.bind(exchange, event_type)
    except ChannelPreconditionFailed as differs:
        raise TopologyDiffers(str(differs)) from differs
    return exchange


async def check(channel: AbstractChannel) -> AbstractExchange:
    """Find what an operator has declared. TopologyDiffers where something is missing."""
    try:
        for service in bindings():
            await find_queue(channel, queue_of(service))
        await find_queue(channel, PARKING)
        await channel.get_exchange(DEAD_LETTERS, ensure=True)
        return await channel.get_exchange(EXCHANGE, ensure=True)
    except ChannelNotFoundEntity as missing:
        raise TopologyDiffers(str(missing)) from missing


async def find_queue(channel: AbstractChannel, name: str) -> AbstractQueue:
    """A queue that is there already."""
    return await channel.declare_queue(name, durable=True, passive=True)
