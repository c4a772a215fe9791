"""`python -m tests.misuse [--months N] [--times N] [--seed N]`: what the detections find of planted misuse."""

import argparse
import time
from datetime import date, timedelta

from tests.misuse.judged import Outcome, Year, compare, live_through
from tests.misuse.planted import DEEDS

BEGIN = date(2026, 1, 5)


def main() -> None:
    """Live through a year, judge it, and print a table."""
    parser = argparse.ArgumentParser(prog="misuse")
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--seed", type=int, default=2026)
    asked = parser.parse_args()
    begun = time.perf_counter()
    end = BEGIN + timedelta(days=asked.months * 30)
    year = live_through(BEGIN, end, operators=8, clerks=6, times=asked.times, seed=asked.seed)
    outcome = compare(year)
    print(f"misuse: {year.accesses:,} accesses on {year.days} business days, {len(year.planted)} deeds planted")
    _print(year, outcome)
    print(f"judged in {time.perf_counter() - begun:.1f} s, the making of the year included")


def _print(year: Year, outcome: Outcome) -> None:
    print(f"\n{'detection':<24}{'weak':>10}{'middling':>10}{'strong':>10}{'as a case':>11}{'false':>7}")
    for rule in DEEDS:
        cells = (_share(outcome, rule, strength) for strength in ("weak", "middling", "strong"))
        cases, planted = sum(outcome.in_case[rule].values()), sum(outcome.planted[rule].values())
        shares = "".join(f"{cell:>10}" for cell in cells)
        print(f"{rule:<24}{shares}{f'{cases}/{planted}':>11}{outcome.false_hits[rule]:>7}")
    per_month = outcome.false_cases / (year.days / 21)
    print(f"\ncases in which nothing was planted: {outcome.false_cases} ({per_month:.1f} a month)")


def _share(outcome: Outcome, rule: str, strength: str) -> str:
    planted = outcome.planted[rule][strength]
    return f"{outcome.found[rule][strength]}/{planted}" if planted else "—"


if __name__ == "__main__":
    main()
