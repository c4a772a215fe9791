"""A report as JSON, for programs; the same bytes wherever the check ran."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from shared.check.findings import Finding, with_texts
from shared.check.report import Report


def as_json(report: Report) -> Iterator[str]:
    """The whole report: state, counts, codes, digest, what was not checked, and every finding as `items`."""
    verdict = report.verdict
    head = _shown(
        {
            "state": "returned" if verdict.returned else "accepted",
            "counts": {"received": verdict.received, "accepted": verdict.accepted, "rejected": verdict.rejected},
            "codes": list(verdict.file_codes),
            "sha256": verdict.sha256,
            "not_checked": list(report.not_checked),
        }
    )
    yield head.removesuffix("\n}") + ',\n  "items": ['
    separator = "\n"
    for finding in report.findings():
        yield separator + _item(finding)
        separator = ",\n"
    yield "\n  ]\n}\n" if report.count else "]\n}\n"


def _item(finding: Finding) -> str:
    line, field, code = finding
    before, after = _around_line(field, code)
    return f"{before}{line}{after}"


@cache
def _around_line(field: str, code: str) -> tuple[str, str]:
    """What stands before and after the line's number in a finding of that field and code."""
    shown = _shown(with_texts(0, field, code)).replace("\n", "\n    ")
    before, _, after = shown.partition('"line": 0')
    return f'    {before}"line": ', after


def _shown(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2)
