"""A line that breaks in each of the ways that lines break."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.parts.proxy import Proxy

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest_asyncio.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """In front of a server that echoes."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    line = Proxy(server.sockets[0].getsockname()[1]).start()
    yield line
    await asyncio.to_thread(line.close)
    server.close()


async def reach(proxy: Proxy) -> Ends:
    return await asyncio.open_connection("127.0.0.1", proxy.port)


async def echoed(ends: Ends, data: bytes, within: float = 5) -> bytes:
    reader, writer = ends
    writer.write(data)
    return await asyncio.wait_for(reader.readexactly(len(data)), within)


async def test_passes_everything_both_ways(proxy: Proxy) -> None:
    reader, writer = await reach(proxy)
    data = b"0123456789abcdef" * 100_000
    writer.write(data)
    writer.write_eof()
    assert await asyncio.wait_for(reader.read(-1), 10) == data
    writer.close()


async def test_cut_ends_lines_and_lets_new_ones_pass(proxy: Proxy) -> None:
    reader, writer = ends = await reach(proxy)
    assert await echoed(ends, b"one") == b"one"
    await asyncio.to_thread(proxy.cut)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    assert await echoed(await reach(proxy), b"two") == b"two"


async def test_reset_is_told_as_such(proxy: Proxy) -> None:
    ends = await reach(proxy)
    assert await echoed(ends, b"one") == b"one"
    await asyncio.to_thread(proxy.reset)
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(ends[0].read(), 5)


async def test_a_black_hole_swallows_until_it_ends(proxy: Proxy) -> None:
    ends = await reach(proxy)
    assert await echoed(ends, b"one") == b"one"
    await asyncio.to_thread(proxy.black_hole)
    with pytest.raises(TimeoutError):
        await echoed(ends, b"two", within=0.3)
    fresh = await reach(proxy)
    with pytest.raises(TimeoutError):
        await echoed(fresh, b"new", within=0.3)
    await asyncio.to_thread(proxy.pass_on)
    assert await asyncio.wait_for(ends[0].readexactly(3), 5) == b"two"
    assert await asyncio.wait_for(fresh[0].readexactly(3), 5) == b"new"


async def test_delay_is_a_latency_and_no_throttle(proxy: Proxy) -> None:
    ends = await reach(proxy)
    await echoed(ends, b"one")
    await asyncio.to_thread(proxy.delay, 0.2)
    before = time.monotonic()
    await echoed(ends, bytes(4_000_000))
    assert 0.4 <= time.monotonic() - before < 3
    await asyncio.to_thread(proxy.pass_on)
    before = time.monotonic()
    await echoed(ends, b"two")
    assert time.monotonic() - before < 0.2


async def test_refuse_ends_lines_and_takes_no_new_ones(proxy: Proxy) -> None:
    ends = await reach(proxy)
    await echoed(ends, b"one")
    await asyncio.to_thread(proxy.refuse)
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(ends[0].read(), 5)
    with pytest.raises(ConnectionRefusedError):
        await reach(proxy)
    await asyncio.to_thread(proxy.pass_on)
    assert await echoed(await reach(proxy), b"two") == b"two"


async def test_a_server_that_is_away_is_no_hang(proxy: Proxy) -> None:
    away = Proxy(1).start()

    async def told() -> None:
        reader, _writer = await reach(away)
        await asyncio.wait_for(reader.read(), 5)

    with pytest.raises(ConnectionResetError):  # while connecting, or right after
        await told()
    await asyncio.to_thread(away.close)
