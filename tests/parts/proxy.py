"""A line between a client and a server that can break, go silent or become slow."""

import asyncio
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

from tests.parts.keeper import free_port

CHUNK: Final = 65536
# So many chunks may be under way at once; beyond it the sender waits, as with a full window.
UNDER_WAY: Final = 1024
ANSWER_SECONDS: Final = 10
LINGER_NOT: Final = struct.pack("ii", 1, 0)


@dataclass(eq=False)
class Line:
    """One connection through the proxy: both of its ends."""

    writers: list[asyncio.StreamWriter]
    pumps: list[asyncio.Task[None]] = field(default_factory=list)

    def end(self, *, reset: bool) -> None:
        """Close both ends: orderly, or with RST as a crashed machine answers."""
        for writer in self.writers:
            if reset:
                connection: socket.socket = writer.get_extra_info("socket")
                with suppress(OSError):
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            writer.transport.abort() if reset else writer.close()
        for pump in self.pumps:
            pump.cancel()


class Proxy:
    """Passes TCP on to a server from a port of its own, until a test says otherwise.

    `black_hole` and `delay` hold for the lines that are open and for new ones, until `pass_on`. What was sent into a
    black hole arrives when it ends, as TCP does it. `cut` and `reset` end the lines that are open; new ones pass.
    """

    def __init__(self, target_port: int, target_host: str = "127.0.0.1") -> None:
        self.target_host, self.target_port = target_host, target_port
        self.port = free_port()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._lines: set[Line] = set()
        self._passes = asyncio.Event()
        self._passes.set()
        self._delay = 0.0

    def start(self) -> Self:
        """Take the port and pass on."""
        self._thread.start()
        self.pass_on()
        return self

    def close(self) -> None:
        """End it and all its lines."""
        if self._loop.is_closed():
            return
        self._ask(self._refuse())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(ANSWER_SECONDS)
        self._loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def lines(self) -> int:
        """How many connections are open."""
        return len(self._lines)

    def pass_on(self) -> None:
        """All is well: at once, and in full."""
        self._delay = 0.0
        self._ask(self._listen())
        self._ask(self._now(self._passes.set))

    def cut(self) -> None:
        """Close every line; new ones pass."""
        self._ask(self._now(lambda: self._end_all(reset=False)))

    def reset(self) -> None:
        """End every line with RST; new ones pass."""
        self._ask(self._now(lambda: self._end_all(reset=True)))

    def refuse(self) -> None:
        """Nobody listens: end every line with RST and refuse new ones."""
        self._ask(self._refuse())

    def black_hole(self) -> None:
        """Nothing comes through in either direction, and nobody is told; new connections are taken and lead nowhere."""
        self._ask(self._now(self._passes.clear))

    def delay(self, seconds: float) -> None:
        """Everything comes so much later, in each direction."""
        self._delay = seconds

    def _ask(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(ANSWER_SECONDS)

    async def _now(self, what: Callable[[], object]) -> None:
        what()

    async def _listen(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        pumps = [pump for line in self._lines for pump in line.pumps]
        self._end_all(reset=True)
        await asyncio.gather(*pumps, return_exceptions=True)

    def _end_all(self, *, reset: bool) -> None:
        for line in list(self._lines):
            line.end(reset=reset)
        self._lines.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line([writer])
        self._lines.add(line)
        await self._passes.wait()
        if line not in self._lines:
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(self.target_host, self.target_port)
        except OSError:
            self._lines.discard(line)
            line.end(reset=True)
            return
        line.writers.append(far_writer)
        line.pumps = [
            asyncio.create_task(self._pump(reader, far_writer)),
            asyncio.create_task(self._pump(far_reader, writer)),
        ]
        if line not in self._lines:
            line.end(reset=True)
        await asyncio.gather(*line.pumps, return_exceptions=True)
        self._lines.discard(line)
        line.end(reset=False)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction. What is delayed is queued with the time when it is due, so that a delay is no throttle."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(UNDER_WAY)
        writing = asyncio.create_task(self._write(under_way, writer))
        try:
            with suppress(OSError):
                while data := await reader.read(CHUNK):
                    await under_way.put((self._loop.time() + self._delay, data))
            await under_way.put((self._loop.time() + self._delay, b""))
            await writing
        finally:
            writing.cancel()

    async def _write(self, under_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while True:
                due, data = await under_way.get()
                if (wait := due - self._loop.time()) > 0:
                    await asyncio.sleep(wait)
                await self._passes.wait()
                if not data:
                    writer.write_eof()
                    return
                writer.write(data)
                await writer.drain()
