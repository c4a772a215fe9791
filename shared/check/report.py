"""What a check tells: the verdict, all findings, and what only the server can know."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import Final

from shared.check.findings import Finding, severity
from shared.check.known_facts import NEEDS_SERVER, FileFacts
from shared.check.plain import PlainCheck
from shared.check.verdict import Verdict
from shared.layouts import KIND_CODES
from shared.layouts.lines import Source

LINE: Final = itemgetter(0)


class FoundList:
    """Findings of many records, six bytes each."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._lines = array("I")
        self._places = array("H")
        self._known: dict[tuple[str, str], int] = {}
        for each in findings:
            self.add(*each)

    def add(self, line: int, field: str, code: str) -> None:
        """One more."""
        self._lines.append(line)
        self._places.append(self._known.setdefault((field, code), len(self._known)))

    def __iter__(self) -> Iterator[Finding]:
        known = list(self._known)
        for line, place in zip(self._lines, self._places, strict=True):
            yield line, *known[place]

    def __len__(self) -> int:
        return len(self._lines)

    def counts(self) -> Counter[str]:
        """How many of each code."""
        known, counts = list(self._known), Counter[str]()
        for place, count in Counter(self._places).items():
            counts[known[place][1]] += count
        return counts


@dataclass(frozen=True)
class Report:
    """The check of one file at the desk; never a value of the file. `kind` is a name, `plan` is empty if not given."""

    kind: str
    plan: str
    as_of: date
    verdict: Verdict
    of_records: FoundList

    @property
    def not_checked(self) -> tuple[str, ...]:
        """The codes that only the server can find."""
        return NEEDS_SERVER if self.plan else ("F03", *NEEDS_SERVER)

    @property
    def count(self) -> int:
        """How many findings."""
        return len(self.verdict.file_findings) + len(self.of_records)

    def findings(self) -> Iterator[Finding]:
        """Those of the file, then those of its records, each in the order of lines."""
        yield from self.verdict.file_findings
        yield from self.of_records

    def by_line(self) -> Iterator[tuple[int, tuple[Finding, ...]]]:
        """Each line that has findings, with them."""
        in_order = merge(self.verdict.file_findings, self.of_records, key=LINE)
        for line, found in groupby(in_order, key=LINE):
            yield line, tuple(found)

    @cached_property
    def by_code(self) -> dict[str, int]:
        """How many findings of each code, the most frequent first."""
        counts = self.of_records.counts() + Counter(code for _, _, code in self.verdict.file_findings)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @property
    def has_errors(self) -> bool:
        """Whether anything but warnings was found."""
        return any(severity(code) == "error" for code in self.by_code)


def facts_at_the_desk(kind: str, plan: str, as_of: date) -> FileFacts:
    """What is known at the desk. `kind` is provisional, main, my_number or deletion; `plan` may be empty."""
    return FileFacts(today=as_of, kind=KIND_CODES[kind], plan_number=plan or None)


def plain_report(
    source: Source, *, kind: str, plan: str, as_of: date, progress: Callable[[int], None] = lambda records: None
) -> Report:
    """Check a file as intake would on that day; `progress` is told now and then how many records are checked."""
    check = PlainCheck(source, facts_at_the_desk(kind, plan, as_of), progress=progress)
    found = FoundList(check.findings())
    return Report(kind, plan, as_of, check.verdict(), found)
