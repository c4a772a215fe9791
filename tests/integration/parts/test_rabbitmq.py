"""The RabbitMQ of the tests: a virtual host a test, TLS with certificates, three nodes that lose one."""

import asyncio
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import aio_pika
import pytest
from aio_pika.exceptions import AMQPError
from aiormq.abc import FieldTable
from yarl import URL

from tests.parts.certificates import Authority
from tests.parts.keeper import wait_until
from tests.parts.postgres import NotOurs
from tests.parts.rabbit_cluster import RabbitCluster
from tests.parts.rabbitmq import GivenRabbitMQ, RabbitMQ

QUORUM: FieldTable = {"x-queue-type": "quorum"}
# RabbitMQ 3.10 writes down the members of a new queue a moment later; killed before, its only node leads it no more.
NEW_QUEUE_SECONDS = 3
OF_A_TEST_RUN = """
from tests.parts.rabbitmq import RabbitMQ
node = RabbitMQ()
node.launch()
node.wait()
print(node.folder, node.epmd, flush=True)
time.sleep(600)
"""


async def put(url: str | URL, text: str, context: ssl.SSLContext | None = None) -> None:
    """Into a durable queue, confirmed."""
    async with await aio_pika.connect(url, ssl_context=context) as connection:
        channel = await connection.channel(on_return_raises=True)
        await channel.declare_queue("kept", durable=True, arguments=QUORUM)
        message = aio_pika.Message(text.encode(), delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key="kept", timeout=10)


async def take(url: str, seconds: float = 30) -> str:
    """The next message of that queue. Right after its start a node may let a `get` wait for ever, or show nothing."""
    async with asyncio.timeout(seconds):
        while True:
            with suppress(TimeoutError):
                if (text := await asyncio.wait_for(get(url), 5)) is not None:
                    return text
            await asyncio.sleep(0.2)


async def get(url: str) -> str | None:
    """What is there right now, on a line of its own."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("kept", durable=True, arguments=QUORUM)
        if (message := await queue.get(fail=False)) is None:
            return None
        await message.ack()
        return message.body.decode()


async def put_somewhere(urls: list[str], text: str) -> None:
    """As a client does it: the next node, until one confirms."""
    async with asyncio.timeout(60):
        while True:
            for url in urls:
                with suppress(AMQPError, OSError, TimeoutError):
                    return await asyncio.wait_for(put(url, text), 15)
            await asyncio.sleep(0.5)


def processes_of(folder: str) -> list[int]:
    """Every process that was started with something in that folder as its home or setting."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if folder.encode() in environ.read_bytes():
                found.append(int(environ.parts[2]))
    return [pid for pid in found if pid != os.getpid()]


async def test_each_test_has_a_virtual_host(rabbitmq: RabbitMQ | GivenRabbitMQ) -> None:
    if isinstance(rabbitmq, GivenRabbitMQ):
        return  # a given broker has but one
    one, other = rabbitmq.url(rabbitmq.create_vhost()), rabbitmq.url(rabbitmq.create_vhost())
    await put(one, "of one")
    await put(other, "of the other")
    assert await take(one) == "of one"


async def test_what_was_confirmed_outlives_a_kill() -> None:
    node = RabbitMQ()
    try:
        node.start()
        url = node.url(node.create_vhost())
        await put(url, "kept")
        await asyncio.sleep(NEW_QUEUE_SECONDS)
        node.kill()
        assert not node.running()
        with pytest.raises((AMQPError, OSError)):
            await take(url)
        node.start()
        assert await take(url) == "kept"
        node.stop()
        assert not node.running()
    finally:
        node.close()
    assert processes_of(str(node.folder)) == []
    assert not node.folder.exists()


async def test_a_certificate_is_a_login(tmp_path: Path) -> None:
    node = RabbitMQ(tls=True)
    try:
        node.start()
        vhost = node.create_vhost()
        node.create_user("intake", vhost)
        url = URL(node.tls_url(vhost)).update_query(auth="external")
        await put(url, "by certificate", trusting(node.certificates, "intake"))
        assert await take(node.url(vhost)) == "by certificate"
        with pytest.raises((AMQPError, OSError)):
            await put(url, "unknown user", trusting(node.certificates, "nobody"))
        stranger = Authority(tmp_path).client("intake")
        context = ssl.create_default_context(cafile=node.certificates.ca_file)
        context.load_cert_chain(stranger.cert_file, stranger.key_file)
        with pytest.raises((AMQPError, OSError)):
            await put(url, "other authority", context)
    finally:
        node.close()


def trusting(certificates: Authority, name: str) -> ssl.SSLContext:
    """A client of that name."""
    made = certificates.client(name)
    context = ssl.create_default_context(cafile=certificates.ca_file)
    context.load_cert_chain(made.cert_file, made.key_file)
    return context


@pytest.fixture(scope="module")
def cluster() -> Iterator[RabbitCluster]:
    nodes = RabbitCluster()
    try:
        yield nodes.start()
    finally:
        nodes.close()


async def test_a_cluster_outlives_the_leader_of_its_queue(cluster: RabbitCluster) -> None:
    vhost = cluster.create_vhost()
    urls = cluster.urls(vhost).split(",")
    await put(urls[0], "before")
    killed = cluster.kill_leader("kept", vhost)
    await put_somewhere(urls, "after")
    alive = next(node for node in cluster.nodes if node is not killed)
    assert cluster.leader("kept", vhost) is not killed
    assert [await take(alive.url(vhost)), await take(alive.url(vhost))] == ["before", "after"]
    killed.start()
    await put(killed.url(vhost), "back")
    assert await take(alive.url(vhost)) == "back"


def test_nothing_is_left_when_the_tests_are_killed() -> None:
    run = subprocess.Popen([sys.executable, "-c", OF_A_TEST_RUN], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    folder, _ = run.stdout.readline().split()
    assert processes_of(folder)
    run.send_signal(signal.SIGKILL)
    run.communicate()
    wait_until(lambda: not processes_of(folder) and not Path(folder).exists(), "the node to go", 20)


def test_a_broker_that_was_there_before_is_not_stopped() -> None:
    given = GivenRabbitMQ("amqp://guest:guest@127.0.0.1:1/there")
    assert given.create_vhost() == "there"
    with pytest.raises(NotOurs):
        given.kill()
    with pytest.raises(NotOurs):
        given.ctl("status")
