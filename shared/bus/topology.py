"""The broker's exchanges, queues and bindings, declared in one place and checked at start."""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
# From RabbitMQ 4.0 on a queue without a limit has one of 20, and what is parked would be gone after being looked at so
# often. Older brokers take -1 for a limit below zero, so "never" is written as a number that nobody reaches.
PARKED: Final[Mapping[str, Any]] = {**QUORUM, "x-delivery-limit": 1_000_000}
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

    def __init__(self, name: str, told: object) -> None:
        super().__init__(f"topology differs at {name}: {told}")
        self.name = name


@cache
def bindings() -> Mapping[str, tuple[str, ...]]:
    """Which event types each service's queue is bound to; `#` is every type."""
    text = resources.files("shared.bus").joinpath("topology.toml").read_text("utf-8")
    return {service: tuple(types) for service, types in tomllib.loads(text).items()}


def queue_of(service: str) -> str:
    """The name of a service's queue."""
    return f"events.{service}"


def queues() -> Mapping[str, Mapping[str, Any]]:
    """Every queue with its arguments."""
    return {PARKING: PARKED, **{queue_of(service): CONSUMED for service in bindings()}}


async def declare(channel: AbstractChannel) -> AbstractExchange:
    """Make what is not there yet. TopologyDiffers where something else stands there under the same name."""
    with _about(EXCHANGE):
        exchange = await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)
    with _about(DEAD_LETTERS):
        dead = await channel.declare_exchange(DEAD_LETTERS, ExchangeType.FANOUT, durable=True)
    made = {}
    for name, arguments in queues().items():
        with _about(name):
            made[name] = await channel.declare_queue(name, durable=True, arguments=dict(arguments))
    await made[PARKING].bind(dead)
    for service, types in bindings().items():
        for event_type in types:
            await made[queue_of(service)].bind(exchange, event_type)
    return exchange


async def check(channel: AbstractChannel) -> AbstractExchange:
    """Find what an operator has declared. TopologyDiffers where something is missing."""
    for name in queues():
        await find_queue(channel, name)
    with _about(DEAD_LETTERS):
        await channel.get_exchange(DEAD_LETTERS, ensure=True)
    with _about(EXCHANGE):
        return await channel.get_exchange(EXCHANGE, ensure=True)


async def find_queue(channel: AbstractChannel, name: str) -> AbstractQueue:
    """A queue that is there already, asked for at the broker: a plain channel keeps no answers. TopologyDiffers."""
    with _about(name):
        return await channel.declare_queue(name, durable=True, passive=True)


@contextmanager
def _about(name: str) -> Iterator[None]:
    try:
        yield
    except (ChannelPreconditionFailed, ChannelNotFoundEntity) as differs:
        raise TopologyDiffers(name, differs) from differs
