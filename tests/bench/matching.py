"""Normalise, compare and decide in figures: `python -m tests.bench.matching [--rows N]`, ours beside two alternatives.

Every way runs in a process of its own on the same realistic pairs, fed block by block, with a tenth of the rows and
with all of them: what it costs in CPU and whether its memory grows. Reading the blocks is not counted.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

import polars as pl

from services.matcher.domain.compare import compare_frame
from services.matcher.domain.decision import decide_candidates
from tests.accuracy import splink_input
from tests.accuracy.pairs import Rows, befallen_mixed, people_of
from tests.bench import baseline

BLOCK: Final = 50_000
SEED: Final = 31


def main() -> None:
    """Make the pairs, run every way at both sizes, print the table."""
    parser = argparse.ArgumentParser(prog="bench.matching")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--way", choices=tuple(WAYS))
    parser.add_argument("--folder", type=Path)
    wanted = parser.parse_args()
    if wanted.way:
        print(json.dumps(measured(WAYS[wanted.way], wanted.folder, wanted.rows)))
        return
    with tempfile.TemporaryDirectory(prefix="shokai-bench-") as name:
        folder = Path(name)
        make(wanted.rows, folder)
        _print([_run(way, folder, rows) for way in (*WAYS, "splink") for rows in _sizes(wanted.rows)])


def _sizes(rows: int) -> tuple[int, int]:
    return max(BLOCK, rows // 10), rows


def make(rows: int, folder: Path) -> None:
    """Realistic pairs, each of a plan's record and the registry's entry of the same person, in numbered blocks."""
    seqs = count(1)
    for number in range(-(-rows // BLOCK)):
        rng, block = Random(f"{SEED}-{number}"), Rows(seqs)
        people = people_of(rng, 10_000)
        for _ in range(min(BLOCK, rows - number * BLOCK)):
            pair = befallen_mixed(rng.choice(people), rng)
            block.add("mix", "mix", pair, [(pair.held, True, True)])
        block.frame().write_parquet(folder / f"block-{number:05d}.parquet")


def measured(way: Callable[[pl.DataFrame], int], folder: Path, rows: int) -> dict[str, Any]:
    """CPU and wall seconds of the way alone, and the peak of the whole process."""
    cpu = wall = 0.0
    found = 0
    for block in _blocks(folder, rows):
        started, clock = time.process_time(), time.perf_counter()
        found += way(block)
        cpu, wall = cpu + time.process_time() - started, wall + time.perf_counter() - clock
    return {"cpu_s": cpu, "wall_s": wall, "found": found, "peak_mib": _peak()}


def _blocks(folder: Path, rows: int) -> Iterator[pl.DataFrame]:
    for number in range(-(-rows // BLOCK)):
        yield pl.read_parquet(folder / f"block-{number:05d}.parquet")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def ours(block: pl.DataFrame) -> int:
    """The matcher's columns."""
    return int((decide_candidates(compare_frame(block))["decision"] == "10").sum())


def loop(block: pl.DataFrame) -> int:
    """A dictionary by number and a loop that normalises where the raw texts differ: fewer rules, no reasons kept."""
    held = {row["seq"]: row for row in block.select("seq", pl.col("^held_.*$")).iter_rows(named=True)}
    found = 0
    for row in block.select("seq", pl.col("^asked_.*$")).iter_rows(named=True):
        found += not _differing(row, held[row["seq"]])
    return found


def _differing(asked: dict[str, str], held: dict[str, str]) -> int:
    pairs: dict[str, Callable[[str], str]] = {
        "name_kanji": baseline.kanji,
        "name_kana": baseline.kana,
        "birth_date": str,
        "sex": str,
        "address": baseline.address,
    }
    texts = ((asked[f"asked_{item}"], held[f"held_{item}"], rule) for item, rule in pairs.items())
    return sum(one != other and rule(one) != rule(other) for one, other, rule in texts)


WAYS: Final[dict[str, Callable[[pl.DataFrame], int]]] = {"ours": ours, "loop": loop}


def _run(way: str, folder: Path, rows: int) -> dict[str, Any]:
    told = _splink(folder, rows) if way == "splink" else _alone(way, folder, rows)
    return {"way": way, "rows": rows, **told}


def _alone(way: str, folder: Path, rows: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.matching", "--way", way, "--folder", str(folder), "--rows", str(rows)]
    told: dict[str, Any] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    return told


def _splink(folder: Path, rows: int) -> dict[str, Any]:
    """Splink's scores for the same pairs; its learning is not counted, its memory is."""
    if not splink_input.PYTHON.exists():
        return {}
    with tempfile.TemporaryDirectory(prefix="shokai-splink-") as name:
        own = Path(name)
        splink_input.write_training(own, SEED)
        for number, block in enumerate(_blocks(folder, rows)):
            splink_input.write_pairs(block, own, number)
        scores = splink_input.scores(own)
        told = json.loads((own / "splink.json").read_text())
    found = int((scores["probability"] >= 0.99).sum())
    return {"cpu_s": told["scoring_cpu_s"], "found": found, "peak_mib": told["peak_mib"]}


def _print(runs: list[dict[str, Any]]) -> None:
    print(f"\nmatching: normalise, compare, decide; blocks of {BLOCK:,}")
    print(f"{'way':<10}{'rows':>12}{'CPU s':>9}{'s per million':>15}{'rows/CPU-s':>13}{'found':>8}{'peak MiB':>10}")
    for run in runs:
        if "cpu_s" not in run:
            print(f"{run['way']:<10} not measured: scripts/setup bench makes its environment")
            continue
        rows, cpu = run["rows"], run["cpu_s"]
        per_million, pace = cpu / rows * 1_000_000, rows / cpu
        print(f"{run['way']:<10}{rows:>12,}{cpu:>9.2f}{per_million:>15.2f}{pace:>13,.0f}", end="")
        print(f"{run['found'] / rows:>8.1%}{run['peak_mib']:>10,}")


if __name__ == "__main__":
    main()
