"""Named places where a test may make a process die, fail or wait. Without SHOKAI_FAILPOINTS they do nothing.

`SHOKAI_FAILPOINTS="relay.sent=kill:3 blob.named=kill:1%"` kills the process (as kill -9 does) when it reaches the first
place for the third time, and the second one with a chance of one in a hundred. `fail` raises OSError instead, `wait`
sleeps for a second. Only a demo obeys.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

FAILPOINTS: Final[Mapping[str, str]] = {
    "commit.before": "a transaction is about to commit",
    "commit.after": "it has committed, and nobody has been told",
    "relay.read": "events were read from the outbox, none was sent",
    "relay.sent": "they were sent and confirmed, the outbox still holds them",
    "bus.publish": "a message is about to be published",
    "bus.received": "messages were received, none is stored",
    "inbox.stored": "they are stored, none is acknowledged",
    "inbox.claimed": "an event is claimed, its handler has not begun",
    "inbox.prepared": "its handler has prepared, nothing is committed",
    "blob.written": "a blob's bytes are stored under no name",
    "blob.placed": "they have their name, their key is not stored",
    "blob.named": "its key is stored, no row refers to it",
    "blob.doomed": "a blob's destruction is promised, its key is still there",
    "keys.replaced": "the keyring file was replaced",
    "job.begun": "a job is about to run",
}


@dataclass(frozen=True, slots=True)
class _Fault:
    act: Callable[[], None]
    count: int
    chance: float

    def strikes(self, reached: int) -> bool:
        return reached == self.count if self.count else random.random() < self.chance  # noqa: S311  # no secret


def reach(name: str) -> None:
    """Tell that the process has come to a named place."""
    if not _FAULTS:
        return
    fault = _FAULTS.get(name)
    if fault is None:
        return
    with _lock:
        _reached[name] += 1
        reached = _reached[name]
    if fault.strikes(reached):
        fault.act()


def parse(text: str) -> dict[str, _Fault]:
    """The faults that a setting asks for. ValueError for a place, an act or a time that there is not."""
    faults = {}
    for word in text.split():
        name, _, what = word.partition("=")
        act, _, when = what.partition(":")
        if name not in FAILPOINTS or act not in _ACTS:
            raise ValueError(f"no such failpoint: {word}")
        count, chance = (0, float(when[:-1]) / 100) if when.endswith("%") else (int(when or 1), 0.0)
        if not (count >= 1 or 0 < chance <= 1):
            raise ValueError(f"never: {word}")
        faults[name] = _Fault(_ACTS[act], count, chance)
    return faults


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def _fail() -> None:
    raise OSError("a fault that a test has asked for")


_ACTS: Final[Mapping[str, Callable[[], None]]] = {"kill": _kill, "fail": _fail, "wait": lambda: time.sleep(1)}
_FAULTS: Final = parse(os.environ.get("SHOKAI_FAILPOINTS", "")) if os.environ.get("SHOKAI_MODE") == "demo" else {}
_reached: Counter[str] = Counter()
_lock = threading.Lock()
