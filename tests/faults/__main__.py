"""`make faults`: every fault in turn, each beside a month that nothing disturbed; a table of tried and survived.

`python -m tests.faults [--only WORDS] [--rounds N] [--seed S] [--report FILE]`
"""

import argparse
import sys
from pathlib import Path

from tests.faults.injectors import FAULTS
from tests.faults.run import Result, disturbed, undisturbed


def main() -> int:
    """0 where everything was survived."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("--only", default="", help="faults with this in their name")
    parser.add_argument("--skip", default="-", help="no faults with this in their name")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", type=Path)
    asked = parser.parse_args()
    if difference := undisturbed(tell):
        print(f"undisturbed: {difference}")
        return 1
    results = []
    chosen = [fault for fault in FAULTS if asked.only in fault.name and asked.skip not in fault.name]
    for number in range(asked.rounds):
        for fault in chosen:
            print(f"{fault.name} …", flush=True)
            result = disturbed(fault, seed=asked.seed + number, tell=tell)
            results.append(result)
            print(line(result), flush=True)
            if not result.survived:
                print(result.difference, flush=True)
    report = table(results)
    print(report)
    if asked.report:
        asked.report.write_text(report, "utf-8")
    return int(not all(result.survived for result in results))


def tell(step: str) -> None:
    """Progress."""
    print(f"    {step}", file=sys.stderr, flush=True)


def line(result: Result) -> str:
    """One row of the report."""
    outcome = "survived" if result.survived else "NOT SURVIVED"
    return f"| {result.fault} | {result.strikes} | {sum(result.deaths.values())} | {result.seconds:.0f} s | {outcome} |"


def table(results: list[Result]) -> str:
    """The report."""
    survived = sum(result.survived for result in results)
    strikes = sum(result.strikes for result in results)
    head = ["| fault | strikes | processes died | time | outcome |", "| --- | ---: | ---: | ---: | --- |"]
    foot = [f"\nMonths: {len(results)} tried, {survived} survived. Strikes: {strikes}."]
    return "\n".join([*head, *map(line, results), *foot]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
