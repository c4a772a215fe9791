"""The bus over a real broker: what was confirmed arrives, whatever happens to the broker or the line."""

import asyncio
from dataclasses import replace

import aio_pika
import pytest

from shared.bus import Inbox
from shared.bus.rabbit import Batch, BusSettings, BusUnavailable, RabbitBus, Unroutable
from shared.bus.topology import CONSUMED, DEAD_LETTERS, EXCHANGE, PARKING, TopologyDiffers, bindings, declare
from tests.integration.bus.conftest import Heard, event, running, sent, stored, until
from tests.parts.rabbitmq import RabbitMQ

# A queue of RabbitMQ 3.10 whose node is killed within a second of its making may never find its leader again.
YOUNG_SECONDS = 2.0


async def test_what_is_sent_arrives_once_stored(settings: BusSettings) -> None:
    heard = Heard()
    async with running(RabbitBus(settings), heard) as bus:
        await until(lambda: bus.connected)
        batch = [event() for _ in range(500)]
        await bus.send(batch)
        await until(lambda: len(heard.ids) >= 500)
    assert heard.ids == [envelope.id for envelope, _ in batch]


async def test_a_queue_is_there_before_its_service_ever_ran(settings: BusSettings) -> None:
    intake, media = Heard(), Heard()
    async with running(RabbitBus(settings), intake) as bus:
        await until(lambda: bus.connected)
        await bus.send([event("media.package.requested.v1")])
    async with running(RabbitBus(replace(settings, service="media")), media):
        await until(lambda: len(media.ids) == 1)
    assert intake.ids == []


async def test_an_event_that_no_queue_takes_is_an_error(settings: BusSettings) -> None:
    async with running(RabbitBus(settings), Heard()) as bus:
        await until(lambda: bus.connected)
        connection = await aio_pika.connect(settings.urls[0])
        channel = await connection.channel()
        exchange = await channel.get_exchange(EXCHANGE)
        audit = await channel.get_queue("events.audit")
        await audit.unbind(exchange, "#")
        with pytest.raises(Unroutable):
            await bus.send([event("media.disc.sent.v1")])
        await connection.close()


async def test_no_broker_at_the_start_is_waited_for() -> None:
    node = RabbitMQ()
    heard = Heard()
    bus = RabbitBus(BusSettings(service="intake", urls=(node.url(),)))
    try:
        async with running(bus, heard):
            with pytest.raises(BusUnavailable):
                await bus.send([event()])
            await asyncio.to_thread(node.start)
            one = event()
            await sent(bus, one)
            await until(lambda: heard.ids == [one[0].id])
    finally:
        node.close()


async def test_nothing_that_was_confirmed_is_lost_when_the_broker_is_killed(own_node: RabbitMQ, inbox: Inbox) -> None:
    confirmed: list[str] = []
    given: list[str] = []
    over = asyncio.Event()
    bus = RabbitBus(BusSettings(service="intake", urls=(own_node.url(own_node.create_vhost()),)))

    async def accept(batch: Batch) -> None:
        await inbox.accept(batch)
        given.extend(envelope.id for envelope, _ in batch)

    async def publish() -> None:
        while not over.is_set():
            one = event()
            await sent(bus, one)
            confirmed.append(one[0].id)

    task = asyncio.create_task(bus.run(accept))
    await until(lambda: bus.connected)
    publishers = [asyncio.create_task(publish()) for _ in range(20)]
    await asyncio.sleep(YOUNG_SECONDS)
    await asyncio.to_thread(own_node.kill)
    await asyncio.to_thread(own_node.start)
    await until(lambda: bus.connected, 30)
    before = len(confirmed)
    await until(lambda: len(confirmed) > before + 500)
    line = bus._outlet
    await asyncio.to_thread(own_node.ctl, "close_all_connections", "--global", "test")
    await until(lambda: bus.connected and bus._outlet is not line, 30)
    await asyncio.sleep(0.5)
    over.set()
    await asyncio.gather(*publishers)
    await until(lambda: set(confirmed) <= set(given), 30)
    await bus.stop()
    await task
    held = stored(inbox)
    assert len(confirmed) > 1000
    assert set(confirmed) <= set(held)
    assert len(held) == len(set(held)) == len(set(given))


async def test_an_alarm_blocks_publishing_and_then_it_drains(own_node: RabbitMQ) -> None:
    heard = Heard()
    address = own_node.url(own_node.create_vhost())
    settings = BusSettings(service="intake", urls=(address,), publish_seconds=2)
    async with running(RabbitBus(settings), heard) as bus:
        await until(lambda: bus.connected)
        await bus.send([event()])
        await asyncio.to_thread(own_node.ctl, "set_vm_memory_high_watermark", "absolute", "1")
        await asyncio.sleep(1)
        one = event()
        with pytest.raises(BusUnavailable):
            await bus.send([one])
        async with asyncio.timeout(1):
            with pytest.raises(BusUnavailable):
                await bus.send([event()])
        assert bus.connected
        await asyncio.to_thread(own_node.ctl, "set_vm_memory_high_watermark", "absolute", "2GB")
        await sent(bus, one)
        await until(lambda: one[0].id in heard.ids)


async def test_a_message_that_cannot_be_read_is_parked_by_the_broker(settings: BusSettings) -> None:
    heard = Heard()
    async with running(RabbitBus(settings), heard) as bus:
        await until(lambda: bus.connected)
        connection = await aio_pika.connect(settings.urls[0])
        channel = await connection.channel()
        exchange = await channel.get_exchange(EXCHANGE)
        await exchange.publish(aio_pika.Message(b"no event", message_id="m1"), "intake.file.received.v1")
        one = event()
        await bus.send([one])
        await until(lambda: one[0].id in heard.ids)
        parking = await channel.get_queue(PARKING)
        parked = None
        async with asyncio.timeout(10):
            while parked is None:
                parked = await parking.get(fail=False)
        assert (parked.message_id, parked.body) == ("m1", b"no event")
        await connection.close()


async def test_a_database_that_is_away_loses_nothing(settings: BusSettings) -> None:
    heard = Heard(failing=4)
    async with running(RabbitBus(settings), heard) as bus:
        await until(lambda: bus.connected)
        batch = [event() for _ in range(150)]
        await bus.send(batch)
        await until(lambda: set(heard.ids) == {envelope.id for envelope, _ in batch}, 30)
    assert len(heard.ids) == 150


async def test_a_queue_that_differs_is_named(settings: BusSettings) -> None:
    connection = await aio_pika.connect(settings.urls[0])
    channel = await connection.channel()
    await channel.declare_queue("events.intake", durable=True, arguments={"x-queue-type": "classic"})
    with pytest.raises(TopologyDiffers, match=r"events\.intake"):
        await declare(channel)
    await connection.close()


async def test_a_service_may_only_look(settings: BusSettings) -> None:
    looks = RabbitBus(replace(settings, declare=False))
    heard = Heard()
    async with running(looks, heard):
        await asyncio.sleep(0.5)
        assert not looks.connected
        connection = await aio_pika.connect(settings.urls[0])
        await declare(await connection.channel())
        await connection.close()
        await until(lambda: looks.connected)
        await looks.send([event()])
        await until(lambda: len(heard.ids) == 1)


def test_every_queue_refuses_rather_than_drops() -> None:
    assert CONSUMED["x-overflow"] == "reject-publish"
    assert CONSUMED["x-dead-letter-exchange"] == DEAD_LETTERS
    assert bindings()["audit"] == ("#",)
