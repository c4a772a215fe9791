"""What the broker has parked is looked at, replayed and discarded, and no body is shown."""

from dataclasses import replace

import aio_pika
import pytest

from shared.bus.parking import Parked, discard, look, replay
from shared.bus.rabbit import BusSettings, BusUnavailable, RabbitBus, Unroutable
from shared.bus.topology import EXCHANGE, PARKING, queue_of
from tests.integration.bus.conftest import TYPE, Heard, event, on_channel, running, until_async

BODY = b"\xe5\xb1\xb1\xe7\x94\xb0 no event"


async def parked(settings: BusSettings, *messages: aio_pika.Message) -> None:
    """The messages go to the service, which cannot read them."""
    async with running(RabbitBus(settings), Heard()) as bus, on_channel(settings) as channel:
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        await until_async(lambda: bus.connected)
        for message in messages:
            await exchange.publish(message, TYPE)

        async def all_there() -> bool:
            return (await look(settings)).count == len(messages)

        await until_async(all_there)


async def test_looking_shows_ids_types_and_causes_and_changes_nothing(settings: BusSettings) -> None:
    named = aio_pika.Message(BODY, message_id="m1", headers={"ce-type": TYPE})
    nameless = aio_pika.Message(BODY, message_id="山田 太郎", headers={"ce-type": "山田 taro"})
    await parked(settings, named, nameless)
    for _ in range(3):
        lot = await look(settings)
    assert lot.count == 2
    one, two = lot.first
    assert one == Parked("m1", TYPE, "rejected", queue_of("intake"), len(BODY))
    assert two.type == ""
    assert two.id.startswith("body-")
    assert len((await look(settings, at_most=1)).first) == 1


async def test_what_is_replayed_has_left_parking_and_arrives(settings: BusSettings) -> None:
    envelope, body = event()
    async with on_channel(settings, declared=True) as channel:
        message = aio_pika.Message(body, message_id=envelope.id, headers={"ce-type": envelope.type})
        await channel.default_exchange.publish(message, PARKING)
        # As a person would mend it: by its own queue it came too often, now it may come again.
        await channel.default_exchange.publish(aio_pika.Message(b"no event", message_id="bad"), PARKING)
    with pytest.raises(Unroutable):
        await replay(settings, ["bad"])
    heard = Heard()
    async with running(RabbitBus(settings), heard):
        assert [each.id for each in await replay(settings, [envelope.id])] == [envelope.id]
        await until_async(lambda: heard.ids == [envelope.id])
    assert [each.id for each in (await look(settings)).first] == ["bad"]


async def test_what_no_one_can_read_is_parked_again_after_a_replay(settings: BusSettings) -> None:
    await parked(settings, aio_pika.Message(BODY, message_id="m1"), aio_pika.Message(BODY, message_id="m2"))
    async with running(RabbitBus(settings), Heard()) as bus:
        await until_async(lambda: bus.connected)
        assert len(await replay(settings)) == 2

        async def both_back() -> bool:
            return (await look(settings)).count == 2

        await until_async(both_back)
    assert {each.cause for each in (await look(settings)).first} == {"rejected"}


async def test_what_is_discarded_is_gone(settings: BusSettings) -> None:
    await parked(settings, aio_pika.Message(BODY, message_id="m1"), aio_pika.Message(BODY, message_id="m2"))
    with pytest.raises(ValueError, match="code word"):
        await discard(settings, ["m1"], reason="Yamada Taro's")
    assert [each.id for each in await discard(settings, ["m1", "m9"], reason="no-event")] == ["m1"]
    assert [each.id for each in (await look(settings)).first] == ["m2"]


async def test_without_a_broker_it_says_so(settings: BusSettings) -> None:
    with pytest.raises(BusUnavailable):
        await look(replace(settings, urls=("amqp://127.0.0.1:1/",)))
