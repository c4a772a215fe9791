"""Runs one server for as long as the test process lives: a stop, a crash or kill -9 of it ends the server too."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

# It holds the end of a pipe that dies with the tests, however they end, and takes its whole group along.
WATCH: Final = """
import os, shutil, signal, subprocess, sys, threading, time
user, folder, *command = sys.argv[1:]
os.setsid()
if user:
    import pwd
    found = pwd.getpwnam(user)
    os.setgroups([]), os.setgid(found.pw_gid), os.setuid(found.pw_uid)
server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr)
print(server.pid, flush=True)
threading.Thread(target=lambda: print(server.wait(), flush=True), daemon=True).start()
while os.read(0, 1):
    pass
if folder and os.fork() == 0:
    os.setsid()
    time.sleep(1)
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)
time.sleep(0.1)
os.killpg(0, signal.SIGKILL)
"""

LOWEST_PORT: Final = 12000


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on right now.

    It lies below those that the system gives to outgoing connections: none of them can take it before its server does,
    nor while its server is down.
    """
    ports = list(range(LOWEST_PORT, _first_of_the_system()))
    for port in random.sample(ports, k=100):
        with socket.socket() as taken, suppress(OSError):
            taken.bind(("127.0.0.1", port))
            return port
    raise OSError("no free port")


def _first_of_the_system() -> int:
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    return first if first >= LOWEST_PORT + 1000 else 65536


class Keeper:
    """One server process in its own process group; `sweep` is a folder that goes when the tests were killed."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: dict[str, str],
        log: Path,
        user: str = "",
        sweep: Path | None = None,
    ) -> None:
        with log.open("ab") as written:
            self._watcher = subprocess.Popen(
                [sys.executable, "-c", WATCH, user, str(sweep or ""), *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=written,
                env=environment,
            )
        assert self._watcher.stdout is not None
        self.pid = int(self._watcher.stdout.readline())
        self._code: int | None = None

    def running(self) -> bool:
        """Whether the server still runs."""
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return False
        return state != "Z"

    def signal(self, what: signal.Signals) -> None:
        """Send the server a signal."""
        os.kill(self.pid, what)

    def exit_code(self, seconds: float = 60) -> int:
        """Wait for the server to end by itself; what it ended with, negative for a signal."""
        wait_until(lambda: not self.running(), "a process to end", seconds)
        if self._code is None:
            assert self._watcher.stdout is not None
            self._code = int(self._watcher.stdout.readline())
        return self._code

    def end(self) -> None:
        """End the server and all that it has started, without asking."""
        with suppress(ProcessLookupError):
            os.killpg(self._watcher.pid, signal.SIGKILL)
        self._watcher.communicate()


def wait_until(ready: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait for something that a server has been asked for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return
        time.sleep(0.05)
    raise TimeoutError(f"waited too long for {what}")
