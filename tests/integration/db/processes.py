"""Functions of the tests in processes of their own, which can be killed, stopped and spoken to."""

import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from time import monotonic, sleep
from typing import Any, Final

CONTEXT: Final = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.integration.db.ground", "tests.integration.db.actors"])
HEAR_SECONDS: Final = 90


class Actor:
    """One process that runs `act(line, *arguments)`; `line` is its end of a pipe. What it returns is heard last."""

    def __init__(self, act: Callable[..., Any], *arguments: Any) -> None:
        self.line, theirs = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=_run, args=(act, theirs, arguments), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """Its number."""
        assert self._process.pid is not None
        return self._process.pid

    def hear(self, seconds: float = HEAR_SECONDS) -> Any:
        """The next that it says; an exception of its own is raised here."""
        if not self.line.poll(seconds):
            raise TimeoutError("an actor says nothing")
        said = self.line.recv()
        if isinstance(said, _Failed):
            raise AssertionError(said.trace)
        return said

    def tell(self, what: object) -> None:
        """Say something to it."""
        self.line.send(what)

    def kill(self) -> None:
        """kill -9."""
        self._process.kill()
        self._process.join()

    def terminate(self) -> None:
        """As it is told to drain (SIGTERM)."""
        os.kill(self.pid, signal.SIGTERM)

    def stop(self) -> None:
        """It stands still (SIGSTOP)."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        os.kill(self.pid, signal.SIGCONT)

    def ended(self, seconds: float = HEAR_SECONDS) -> int | None:
        """Wait for its end; what it ended with."""
        self._process.join(seconds)
        return self._process.exitcode


class _Failed:
    def __init__(self, trace: str) -> None:
        self.trace = trace


def _run(act: Callable[..., Any], line: Connection, arguments: tuple[Any, ...]) -> None:
    try:
        line.send(act(line, *arguments))
    except BaseException:
        line.send(_Failed(traceback.format_exc()))
        raise


def soon(true: Callable[[], bool], what: str, seconds: float = HEAR_SECONDS) -> None:
    """Wait until something is so."""
    until = monotonic() + seconds
    while not true():
        if monotonic() > until:
            raise TimeoutError(f"waited too long: {what}")
        sleep(0.02)
