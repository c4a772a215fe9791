"""A misbehaving line to a server: a small TCP proxy that cuts, swallows, holds up or alters what passes."""

import socket
from contextlib import suppress
from threading import Event, Lock, Thread
from time import sleep
from typing import Literal

Way = Literal["up", "down"]
PIECE = 16384


class Line:
    """Passes bytes between a port of its own and a server. What goes wrong may be set at any time.

    `cut` breaks connections once so many bytes have passed one way on a connection, at most `cuts` times; `hole`
    swallows all; `delay` seconds come before each piece; `alter` changes one byte, once, after so many have passed up.
    """

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = Lock()
        self._ended = Event()
        self.requests = 0
        self.mend()
        Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def mend(self) -> None:
        """All passes again."""
        self.hole = False
        self.delay = 0.0
        self.cut: tuple[Way, int] | None = None
        self.cuts = 0
        self.alter: int | None = None

    def close(self) -> None:
        self._ended.set()
        self._listener.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
            except OSError:
                return
            Thread(target=self._pass, args=(client, server, "up"), daemon=True).start()
            Thread(target=self._pass, args=(server, client, "down"), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, way: Way) -> None:
        passed = 0
        with suppress(OSError):
            while piece := source.recv(PIECE):
                if way == "up" and piece.startswith((b"GET ", b"PUT ", b"POST ", b"HEAD ", b"DELETE ")):
                    self.requests += 1
                    passed = 0
                if self.hole:
                    continue
                if self.delay:
                    sleep(self.delay)
                if self._cuts_now(way, passed + len(piece)):
                    break
                target.sendall(self._altered(way, passed, piece))
                passed += len(piece)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _cuts_now(self, way: Way, passed: int) -> bool:
        with self._lock:
            if self.cut is None or self.cut[0] != way or passed < self.cut[1] or self.cuts <= 0:
                return False
            self.cuts -= 1
            return True

    def _altered(self, way: Way, passed: int, piece: bytes) -> bytes:
        with self._lock:
            if way == "down" or self.alter is None or not passed <= self.alter < passed + len(piece):
                return piece
            at, self.alter = self.alter - passed, None
            return piece[:at] + bytes([piece[at] ^ 1]) + piece[at + 1 :]
