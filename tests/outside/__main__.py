"""`python -m tests.outside [FOLDER …]`: pass rates per set, each failure; default: the project's sets."""

import sys
from collections import defaultdict
from pathlib import Path

from tests.outside.judging import Judged, judge, why
from tests.outside.sets import DATA, read_folder


def main() -> None:
    """Prints the rates and the failures."""
    for folder in [Path(name) for name in sys.argv[1:]] or [DATA]:
        _print_folder(folder)


def _print_folder(folder: Path) -> None:
    by_set: defaultdict[str, list[Judged]] = defaultdict(list)
    for judged in judge(read_folder(folder)):
        by_set[judged.case.set].append(judged)
    for name, cases in by_set.items():
        print(f"{sum(case.passed for case in cases):4} of {len(cases):4}  {name}")
        for failed in (case for case in cases if not case.passed):
            _print_failure(failed)
    every = [case for cases in by_set.values() for case in cases]
    print(f"{sum(case.passed for case in every):4} of {len(every):4}  {folder}")


def _print_failure(failed: Judged) -> None:
    print(f"        {failed.case.name}")
    print(f"          wanted {failed.case.wanted}")
    print(f"          found  {failed.found}")
    reason = why(failed.case)
    if reason:
        print(f"          why    {reason}")


if __name__ == "__main__":
    main()
