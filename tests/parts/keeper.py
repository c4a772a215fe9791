"""Runs one server for as long as the test process lives: a stop, a crash or kill -9 of it ends the server too."""

import os
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
import os, shutil, signal, subprocess, sys, time
user, folder, *command = sys.argv[1:]
os.setsid()
if user:
    import pwd
    found = pwd.getpwnam(user)
    os.setgroups([]), os.setgid(found.pw_gid), os.setuid(found.pw_uid)
server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr)
print(server.pid, flush=True)
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


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on right now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


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

    def running(self) -> bool:
        """Whether the server still runs."""
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return False
        return state != "Z"

    def signal(self, what: signal.Signals) -> None:
        """Send the server a signal."""
        os.kill(self.pid, what)

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
