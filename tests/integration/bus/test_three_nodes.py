"""Three brokers that are one: the one that leads a queue dies, twice, while twenty publish."""

import asyncio

from shared.bus.inbox import Inbox
from shared.bus.rabbit import Batch, BusSettings, RabbitBus
from shared.bus.topology import queue_of
from tests.integration.bus.conftest import event, sent, stored, until
from tests.parts.rabbit_cluster import RabbitCluster

SETTLED_SECONDS = 3.0


async def test_nothing_that_was_confirmed_is_lost_when_the_leader_is_killed(inbox: Inbox) -> None:
    nodes = RabbitCluster()
    try:
        await asyncio.to_thread(nodes.start)
        vhost = await asyncio.to_thread(nodes.create_vhost)
        urls = tuple(nodes.urls(vhost).split(","))
        await _publish_while_leaders_die(nodes, vhost, RabbitBus(BusSettings(service="intake", urls=urls)), inbox)
    finally:
        nodes.close()


async def _publish_while_leaders_die(nodes: RabbitCluster, vhost: str, bus: RabbitBus, inbox: Inbox) -> None:
    confirmed: list[str] = []
    given: list[str] = []
    over = asyncio.Event()

    async def accept(batch: Batch) -> None:
        await inbox.accept(batch)
        given.extend(envelope.id for envelope, _ in batch)

    async def publish() -> None:
        while not over.is_set():
            one = event()
            await sent(bus, one)
            confirmed.append(one[0].id)

    task = asyncio.create_task(bus.run(accept))
    await until(lambda: bus.connected, 60)
    publishers = [asyncio.create_task(publish()) for _ in range(20)]
    for _ in range(2):
        await asyncio.sleep(SETTLED_SECONDS)
        gone = await asyncio.to_thread(nodes.kill_leader, queue_of("intake"), vhost)
        before = len(confirmed)
        await until(lambda before=before: len(confirmed) > before + 200, 60)  # type: ignore[misc]
        await asyncio.to_thread(gone.start)
    over.set()
    await asyncio.gather(*publishers)
    await until(lambda: set(confirmed) <= set(given), 60)
    await bus.stop()
    await task
    held = stored(inbox)
    assert set(confirmed) <= set(held)
    assert len(held) == len(set(held))
