"""The distributed mode in figures: a cycle with 1, 2 and 4 workers, events across the bus, restarts and drains."""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx

from tests.bench.events import measure_events
from tests.bench.population import PLANS
from tests.bench.walk import BOOTSTRAP, CUTOFF, run
from tests.cluster import Cluster

WORKERS = (1, 2, 4)
STAGES = ("check", "close, inquiry file", "match", "release, package, verify")


class ClusterHouse:
    """Processes, PostgreSQL (durable) and RabbitMQ of this benchmark's own."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def client(self) -> httpx.AsyncClient:
        """Calls through the front."""
        return httpx.AsyncClient(base_url=self._cluster.address, timeout=None)

    async def close_cycle(self) -> None:
        """All that is due up to the cutoff."""
        await asyncio.to_thread(self._cluster.jobs_until, CUTOFF.isoformat())


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(prog="bench.distributed", description=__doc__)
    parser.add_argument("--inquiries", type=int, default=100_000)
    count = parser.parse_args().inquiries
    print(f"bench: distributed mode, {count:,} inquiries, {len(PLANS)} plans, PostgreSQL with fsync, one machine")
    measure_events()
    with tempfile.TemporaryDirectory(prefix="shokai-bench-") as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-m", "tests.bench.population", str(count), name], check=True)
        told = {}
        for workers in WORKERS:
            told[workers] = _cycle(folder, workers, last=workers == WORKERS[-1])
    _print(told)


def _cycle(folder: Path, workers: int, *, last: bool) -> dict[str, Any]:
    print(f"  {workers} workers of each kind", file=sys.stderr, flush=True)
    small = {"SHOKAI_MATCHER_PART_ROWS": "10000"}
    with Cluster(_toml(BOOTSTRAP), workers=workers, fsync=True, environment=small) as cluster:
        told = asyncio.run(run(folder, ClusterHouse(cluster)))
        if last:
            _restart(cluster)
    for made in ("inquiry.csv", "answer.csv"):
        (folder / made).unlink()
    return told


def _restart(cluster: Cluster) -> None:
    for name in ("intake", "matcher", "audit", "matcher-worker"):
        started = time.perf_counter()
        cluster.stop_one(name)
        drained = time.perf_counter()
        cluster.start_again(name)
        ready = time.perf_counter()
        print(f"{name:<16} SIGTERM to gone {drained - started:>6.2f} s   start to ready {ready - drained:>6.2f} s")


def _print(told: dict[int, dict[str, Any]]) -> None:
    print(f"\n{'seconds':<28}" + "".join(f"{workers:>8} workers" for workers in told))
    for stage in told[1]["stages"]:
        mark = "" if stage in STAGES else " (no workers in it)"
        print(f"{stage + mark:<44}" + "".join(f"{each['stages'][stage]:>10.2f}" for each in told.values()))
    heavy = {workers: sum(each["stages"][stage] for stage in STAGES) for workers, each in told.items()}
    print(f"{'shared by workers':<44}" + "".join(f"{seconds:>10.2f}" for seconds in heavy.values()))
    print(f"{'one worker / so many':<44}" + "".join(f"{heavy[1] / seconds:>10.2f}" for seconds in heavy.values()))


def _toml(tables: dict[str, Any]) -> str:
    """The bootstrap as a file; JSON's texts, lists and numbers are TOML's too."""
    lines = []
    for name, value in tables.items():
        for row in value if isinstance(value, list) else [value]:
            lines.append(f"[[{name}]]" if isinstance(value, list) else f"[{name}]")
            lines += [f"{key} = {json.dumps(each, ensure_ascii=False)}" for key, each in row.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
