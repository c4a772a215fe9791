"""What befalls a broker and its lines: each time everything that was confirmed is in the inbox, once."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
import structlog

from shared.bus.rabbit import Batch, BusSettings, BusUnavailable, RabbitBus
from shared.bus.topology import queue_of
from tests.integration.bus.conftest import Heard, event, on_channel, running, sent, until
from tests.parts.proxy import Proxy
from tests.parts.rabbitmq import RabbitMQ


def through(proxy: Proxy, settings: BusSettings, *more: str) -> BusSettings:
    """The same broker behind a line that can break."""
    vhost = settings.urls[0].rpartition("/")[2]
    return replace(settings, urls=(*more, f"amqp://guest:guest@127.0.0.1:{proxy.port}/{vhost}"))


@pytest.fixture
def proxy(rabbitmq: RabbitMQ) -> Iterator[Proxy]:
    with Proxy(rabbitmq.port) as line:
        yield line


async def test_a_host_that_does_not_answer_is_passed_over(settings: BusSettings) -> None:
    both = replace(settings, urls=("amqp://guest:guest@127.0.0.1:1/", *settings.urls))
    async with running(RabbitBus(both), Heard()) as bus:
        await until(lambda: bus.connected)
        await bus.send([event()])


async def test_a_line_into_a_black_hole_is_given_up(proxy: Proxy, settings: BusSettings) -> None:
    heard, one, two = Heard(), event(), event()
    quick = replace(through(proxy, settings), publish_seconds=1, connect_seconds=1, heartbeat_seconds=1)
    async with running(RabbitBus(quick), heard) as bus:
        await until(lambda: bus.connected)
        await bus.send([one])
        proxy.black_hole()
        with pytest.raises(BusUnavailable):
            await bus.send([two])
        # Neither side has said a word: the one that publishes knows by itself, the one that consumes by its heartbeat.
        await until(lambda: not bus.connected and not bus.consuming)
        proxy.pass_on()
        await until(lambda: bus.connected, 30)
        await sent(bus, two)
        await until(lambda: {one[0].id, two[0].id} <= set(heard.ids))


async def test_a_line_that_is_reset_again_and_again_loses_nothing(proxy: Proxy, settings: BusSettings) -> None:
    heard = Heard()
    wanted = [event() for _ in range(400)]
    async with running(RabbitBus(through(proxy, settings)), heard) as bus:
        await until(lambda: bus.connected)
        sending = asyncio.gather(*(sent(bus, one) for one in wanted))
        for _ in range(3):
            await asyncio.sleep(0.05)
            proxy.reset()
        await sending
        await until(lambda: {envelope.id for envelope, _ in wanted} <= set(heard.ids))


async def test_a_queue_that_was_deleted_is_made_again(settings: BusSettings) -> None:
    heard = Heard()
    async with running(RabbitBus(settings), heard) as bus, on_channel(settings) as channel:
        await until(lambda: bus.connected)
        await channel.queue_delete(queue_of("intake"))
        await until(lambda: not bus.consuming)
        await until(lambda: bus.connected)
        one = event()
        await bus.send([one])
        await until(lambda: one[0].id in heard.ids)


async def test_a_topology_that_is_gone_is_made_again(settings: BusSettings) -> None:
    async with running(RabbitBus(settings), Heard()) as bus, on_channel(settings) as channel:
        await until(lambda: bus.connected)
        for service in ("audit", "media"):
            await channel.queue_delete(queue_of(service))
        await sent(bus, event("media.disc.sent.v1"))
        await channel.exchange_delete("shokai.events")
        await sent(bus, event())


async def test_a_queue_of_another_kind_is_named_in_the_log(settings: BusSettings) -> None:
    async with on_channel(settings) as channel:
        await channel.declare_queue(queue_of("media"), durable=True, arguments={"x-queue-type": "classic"})
    with structlog.testing.capture_logs() as told:
        async with running(RabbitBus(settings), Heard()) as bus:
            await until(lambda: any(line["event"] == "bus.topology.differs" for line in told))
            assert not bus.connected
            async with on_channel(settings) as channel:
                await channel.queue_delete(queue_of("media"))
            await until(lambda: bus.connected)
    assert {line["part"] for line in told if line["event"] == "bus.topology.differs"} == {"events.media"}


async def test_stopping_stores_what_is_in_hand_and_leaves_the_rest(settings: BusSettings) -> None:
    gate, heard = asyncio.Event(), Heard()

    async def slowly(batch: Batch) -> None:
        await gate.wait()
        await heard.accept(batch)

    bus = RabbitBus(replace(settings, prefetch=50))
    running_bus = asyncio.create_task(bus.run(slowly))
    await until(lambda: bus.connected)
    wanted = [event() for _ in range(300)]
    await bus.send(wanted)
    stopping = asyncio.create_task(bus.stop())
    await asyncio.sleep(0.2)
    assert not stopping.done()
    gate.set()
    await stopping
    await running_bus
    assert 0 < len(heard.ids) < len(wanted)
    rest = Heard()
    async with running(RabbitBus(settings), rest):
        await until(lambda: len(rest.ids) == len(wanted) - len(heard.ids))
    assert set(heard.ids) | set(rest.ids) == {envelope.id for envelope, _ in wanted}


async def test_stopping_does_not_wait_for_a_database_that_hangs(settings: BusSettings) -> None:
    async def never(batch: object) -> None:
        await asyncio.Event().wait()

    bus = RabbitBus(replace(settings, stop_seconds=0.5))
    running_bus = asyncio.create_task(bus.run(never))
    await until(lambda: bus.connected)
    await bus.send([event()])
    async with asyncio.timeout(3):
        await bus.stop()
        running_bus.cancel()
        with suppress(asyncio.CancelledError):
            await running_bus


async def test_an_id_that_is_on_its_way_is_not_sent_beside_itself(settings: BusSettings) -> None:
    heard, one = Heard(), event()
    async with running(RabbitBus(settings), heard) as bus:
        await until(lambda: bus.connected)
        with pytest.raises(BusUnavailable):
            await bus.send([one, one])
        assert bus.connected
        await bus.send([one])
