"""`python -m tests.bench [--inquiries N]`: one cycle of N inquiries, from uploaded files to verified packages."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.bench.population import PLANS


def main() -> None:
    """Run the cycle and the baseline one after the other on the same files and print both."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--inquiries", type=int, default=100_000)
    count = parser.parse_args().inquiries
    with tempfile.TemporaryDirectory(prefix="shokai-bench-") as name:
        folder = Path(name)
        print(f"bench: {count:,} inquiries of kind provisional, {len(PLANS)} plans, embedded mode", flush=True)
        _python("tests.bench.population", str(count), name)
        cycle = json.loads(_python("tests.bench.walk", name, str(folder / "data")))
        requests = [str(folder / f"{plan}.csv") for plan in PLANS]
        (folder / "replies").mkdir()
        bare = json.loads(
            _python("tests.bench.baseline", str(folder / "answer.csv"), str(folder / "replies"), *requests)
        )
    _print(cycle, bare)


def _print(cycle: dict[str, Any], bare: dict[str, Any]) -> None:
    records = cycle["records"]
    print(f"\n{'stage':<28}{'seconds':>9}{'records/s':>12}")
    for stage, seconds in cycle["stages"].items():
        print(f"{stage:<28}{seconds:>9.2f}{records / seconds:>12,.0f}")
    worked = sum(seconds for stage, seconds in cycle["stages"].items() if stage != "reviews")
    print(f"{'cycle without reviews':<28}{worked:>9.2f}{records / worked:>12,.0f}   peak {cycle['peak_mib']:,} MiB")
    seconds, pace = bare["seconds"], bare["records"] / bare["seconds"]
    print(f"{'baseline: plain Python':<28}{seconds:>9.2f}{pace:>12,.0f}   peak {bare['peak_mib']:,} MiB")
    print(f"cycle / baseline: {worked / bare['seconds']:.2f} (reviews decided: {cycle['reviews']:,})")


def _python(module: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{module} failed")
    return done.stdout


if __name__ == "__main__":
    main()
