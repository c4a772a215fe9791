"""`python -m tests.bench.check [--records N]`: the check record by record and over columns, beside parsing the CSV."""

import argparse
import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any, Final

from cli.check import columns_report
from shared.check.report import plain_report
from simulators.people.generate import generate
from simulators.people.members import draw_members
from simulators.people.requests import Envelope, provisional_records, request_bytes

PLAN: Final = "00000101"
DAY: Final = date(2026, 6, 1)
WAYS: Final = {
    "csv": "csv.reader alone",
    "plain": "record by record (desk, browser)",
    "columns": "over columns (intake)",
}


def make(records: int, file: Path) -> None:
    """A request file of that many people, with ordinary dirt."""
    registry = generate(records + records // 20, 2026, file.parent / "registry")
    drawn = provisional_records(draw_members(registry, PLAN, records, DAY), 1)
    file.write_bytes(request_bytes(Envelope(PLAN, "provisional", DAY), drawn))


def measure(way: str, file: Path) -> dict[str, Any]:
    """Records, findings, CPU seconds and peak memory of one way, in a process of its own."""
    started = time.process_time()
    if way == "csv":
        with file.open(encoding="cp932", newline="") as text:
            records, findings = sum(row[0] == "2" for row in csv.reader(text)), 0
    else:
        with file.open("rb") as source:
            check = plain_report if way == "plain" else columns_report
            report = check(source, kind="provisional", plan=PLAN, as_of=DAY)
        records, findings = report.verdict.received, report.count
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"records": records, "findings": findings, "seconds": seconds, "peak_mib": peak}


def _run(way: str, file: Path, records: int) -> str:
    command = [sys.executable, "-m", "tests.bench.check", "--way", way, "--file", str(file), "--records", str(records)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def main() -> None:
    """Make a file, measure each way, print a table."""
    parser = argparse.ArgumentParser(prog="bench.check")
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--way", choices=("make", *WAYS), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.way == "make":
        make(asked.records, asked.file)
        return
    if asked.way:
        print(json.dumps(measure(asked.way, asked.file)))
        return
    with tempfile.TemporaryDirectory(prefix="shokai-bench-") as name:
        file = Path(name) / "request.csv"
        # A process of its own here too: a child's peak memory is never told below its parent's.
        _run("make", file, asked.records)
        print(f"{'':<34}{'CPU s':>8}{'records/s':>12}{'findings':>10}{'peak MiB':>10}")
        for way, title in WAYS.items():
            told = json.loads(_run(way, file, asked.records))
            pace = told["records"] / told["seconds"]
            print(f"{title:<34}{told['seconds']:>8.2f}{pace:>12,.0f}{told['findings']:>10,}{told['peak_mib']:>10,}")


if __name__ == "__main__":
    main()
