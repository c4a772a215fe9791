"""What can break, and how it is broken while a month goes on."""

import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from shared.faults import FAILPOINTS
from tests.cluster import Cluster
from tests.cluster.installation import SERVICES

WORKERS: Final = ("intake-worker", "matcher-worker", "media-worker")
PROCESSES: Final = (*SERVICES, *WORKERS)
PATIENCE_SECONDS: Final = 30.0
AWAY_AT_MOST: Final = 2


class Keeping:
    """Starts again what dies, as Kubernetes does; counts the deaths. A process's failpoints go with its first death."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self.deaths: Counter[str] = Counter()

    def __enter__(self) -> "Keeping":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for name in self._cluster.names:
            if not self._cluster.running(name):
                self._revive(name)
        self._cluster.ready()

    def _keep(self) -> None:
        while not self._over.wait(0.1):
            for name in self._cluster.names:
                if not self._cluster.running(name):
                    self.deaths[name] += 1
                    self._revive(name)

    def _revive(self, name: str) -> None:
        self._cluster.of_process.pop(name, None)
        with suppress(KeyError):
            self._cluster.kill(name)
        self._cluster.launch(name)


Breaking = Callable[[Cluster, random.Random, threading.Event], int]


@dataclass(frozen=True)
class Fault:
    """`before` sets the processes' environment, `during` breaks things until it is told to end; it counts how often."""

    name: str
    before: Mapping[str, str] | None = None
    during: Breaking | None = None
    options: Mapping[str, Any] | None = None

    @contextmanager
    def striking(self, cluster: Cluster, seed: int) -> Iterator[Counter[str]]:
        """While the month goes on."""
        tried: Counter[str] = Counter()
        over = threading.Event()
        thread = None
        if self.during is not None:
            during = self.during

            def strike() -> None:
                tried["strikes"] += during(cluster, random.Random(seed), over)

            thread = threading.Thread(target=strike, daemon=True)
            thread.start()
        try:
            yield tried
        finally:
            over.set()
            if thread is not None:
                thread.join(120)


def _wait_for_most(cluster: Cluster, over: threading.Event) -> None:
    """A machine on which nothing ever gets up shows nothing: strike again when all but two answer, or after a while."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not over.is_set() and time.monotonic() < end:
        if sum(not cluster.answers(name) for name in PROCESSES) <= AWAY_AT_MOST:
            return
        time.sleep(0.2)


def _kills(every: float, names: tuple[str, ...] = PROCESSES) -> Breaking:
    def act(cluster: Cluster, chance: random.Random, over: threading.Event) -> int:
        count = 0
        while not over.wait(every * chance.uniform(0.5, 1.5)):
            _wait_for_most(cluster, over)
            name = chance.choice(names)
            if cluster.running(name):
                with suppress(KeyError, ProcessLookupError):
                    cluster.signal(name, signal.SIGKILL)
                    count += 1
        return count

    return act


def _again(every: float, strike: Callable[[Cluster, random.Random], None], *, at_most: int = 100) -> Breaking:
    def act(cluster: Cluster, chance: random.Random, over: threading.Event) -> int:
        count = 0
        while count < at_most and not over.wait(every * chance.uniform(0.5, 1.5)):
            _wait_for_most(cluster, over)
            strike(cluster, chance)
            count += 1
        return count

    return act


def _broker_dies(cluster: Cluster, chance: random.Random) -> None:
    cluster.rabbitmq.kill()
    time.sleep(chance.uniform(0, 2))
    cluster.rabbitmq.start()


def _broker_restarts(cluster: Cluster, chance: random.Random) -> None:
    cluster.rabbitmq.stop()
    cluster.rabbitmq.start()


def _broker_is_full(cluster: Cluster, chance: random.Random) -> None:
    cluster.rabbitmq.ctl("set_vm_memory_high_watermark", "absolute", "1")
    time.sleep(chance.uniform(1, 4))
    cluster.rabbitmq.ctl("set_vm_memory_high_watermark", "absolute", "2GB")


def _broker_has_no_disk(cluster: Cluster, chance: random.Random) -> None:
    cluster.rabbitmq.ctl("set_disk_free_limit", "100000GB")
    time.sleep(chance.uniform(1, 4))
    cluster.rabbitmq.ctl("set_disk_free_limit", "50MB")


def _connections_close(cluster: Cluster, chance: random.Random) -> None:
    cluster.rabbitmq.close_all_connections()


def _broker_stands_still(cluster: Cluster, chance: random.Random) -> None:
    cluster.rabbitmq.pause()
    time.sleep(chance.uniform(2, 25))
    cluster.rabbitmq.resume()


def _database_restarts(cluster: Cluster, chance: random.Random) -> None:
    cluster.postgres.restart()


def _database_dies(cluster: Cluster, chance: random.Random) -> None:
    cluster.postgres.kill()
    cluster.postgres.start()


def _sessions_end(cluster: Cluster, chance: random.Random) -> None:
    with psycopg.connect(cluster.postgres.admin_url, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)", (list(SERVICES),)
        )


def _stands_still(cluster: Cluster, chance: random.Random) -> None:
    name = chance.choice(PROCESSES)
    with suppress(KeyError, ProcessLookupError):
        cluster.pause(name)
        time.sleep(chance.uniform(1, 20))
        cluster.resume(name)


def _lines_break(cluster: Cluster, chance: random.Random) -> None:
    line = chance.choice([line for line in (cluster.bus_line, cluster.database_line) if line is not None])
    how = chance.choice(("cut", "reset", "black_hole", "delay"))
    if how in ("cut", "reset"):
        getattr(line, how)()
        return
    if how == "delay":
        line.delay(0.3)
    else:
        line.black_hole()
    time.sleep(chance.uniform(1, 8))
    line.pass_on()


def _kill_one(cluster: Cluster, chance: random.Random) -> None:
    with suppress(KeyError, ProcessLookupError):
        cluster.signal(chance.choice(PROCESSES), signal.SIGKILL)


def _anything(cluster: Cluster, chance: random.Random) -> None:
    chance.choice(
        (_kill_one, _kill_one, _kill_one, _sessions_end, _connections_close, _broker_dies, _database_restarts)
    )(cluster, chance)


MIXED: Final = Fault(
    "all at once",
    before=dict.fromkeys(PROCESSES, "relay.sent=kill:2 inbox.stored=kill:2 inbox.prepared=kill:2"),
    during=_again(1.5, _anything),
)

FAULTS: Final = (
    MIXED,
    Fault("kill -9 of any process", during=_kills(1.5)),
    Fault("kill -9 of workers", during=_kills(1.0, WORKERS)),
    Fault("kill -9 with two replicas", during=_kills(1.5), options={"replicas": dict.fromkeys(SERVICES, 2)}),
    Fault("broker killed", during=_again(8, _broker_dies)),
    Fault("broker restarted", during=_again(8, _broker_restarts)),
    Fault("broker's memory alarm", during=_again(3, _broker_is_full)),
    Fault("broker's disk alarm", during=_again(3, _broker_has_no_disk)),
    Fault("broker's connections closed", during=_again(1.5, _connections_close)),
    Fault("broker stands still", during=_again(3, _broker_stands_still, at_most=4)),
    Fault("database restarted", during=_again(4, _database_restarts)),
    Fault("database killed", during=_again(6, _database_dies), options={"fsync": True}),
    Fault("database sessions ended", during=_again(1.0, _sessions_end)),
    Fault("a process stands still", during=_again(2, _stands_still)),
    Fault("lines cut, reset, swallowed, slow", during=_again(2, _lines_break), options={"lines": True}),
    *(
        Fault(f"killed at {name}", before=dict.fromkeys(PROCESSES, f"{name}=kill:{count}"))
        for name in FAILPOINTS
        for count in (1, 3)
    ),
)
