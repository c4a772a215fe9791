"""The system as an outsider has it: a command, a data directory, a process that answers on a port."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import httpx

STARTS_WITHIN_SECONDS = 60


def shokai(*arguments: str, expect: int = 0) -> Any:
    """Runs the command with --json and gives what it printed."""
    done = subprocess.run([*_command(), *arguments, "--json"], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == expect, f"exit code {done.returncode}: {done.stderr[-2000:]}{done.stdout[-500:]}"
    return json.loads(done.stdout)


def _command() -> list[str]:
    return [sys.executable, "-c", "from cli.main import main; main()"]


class System(Protocol):
    """A running system, whatever it consists of."""

    address: str

    def jobs_until(self, as_of: str, *, expect: int = 0) -> Any:
        """`shokai jobs run --as-of`."""

    def verifies(self) -> bool:
        """Whether `shokai audit verify` finds the published log in order."""

    @property
    def published_log(self) -> Path:
        """The folder with the log for everybody."""

    def files(self) -> Iterator[Path]:
        """Every file that it keeps or writes."""


class Server:
    """`shokai serve` on a data directory, to be started, asked, killed and started again."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the process and waits until it says that it is up."""
        log = (self.data_dir.parent / "server.log").open("ab")
        arguments = ["serve", "--data-dir", str(self.data_dir), "--port", str(self.port)]
        self._process = subprocess.Popen([*_command(), *arguments], stdout=log, stderr=log, env={**os.environ})
        log.close()
        end = time.monotonic() + STARTS_WITHIN_SECONDS
        while time.monotonic() < end:
            assert self._process.poll() is None, "the server ended by itself"
            try:
                if httpx.get(f"{self.address}/healthz", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise AssertionError("the server did not come up")

    def kill(self) -> None:
        """kill -9."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """The polite end."""
        if self._process is not None:
            self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(timeout=60)
        self._process = None

    def jobs_until(self, as_of: str, *, expect: int = 0) -> Any:
        """`shokai jobs run --as-of`."""
        return shokai("jobs", "run", "--data-dir", str(self.data_dir), "--as-of", as_of, expect=expect)

    def verifies(self) -> bool:
        """Whether `shokai audit verify` finds the published log in order."""
        return bool(shokai("audit", "verify", "--data-dir", str(self.data_dir))["ok"])

    @property
    def published_log(self) -> Path:
        """The folder with the log for everybody."""
        return self.data_dir / "audit" / "log"

    def files(self) -> Iterator[Path]:
        """Every file that it keeps or writes."""
        yield from (path for path in self.data_dir.rglob("*") if path.is_file())
        yield self.data_dir.parent / "server.log"
