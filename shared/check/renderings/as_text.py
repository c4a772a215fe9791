"""A report as lines for a terminal."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from shared.check.findings import FINDINGS
from shared.check.report import Report

SHOWN: Final = 1000


def as_text(report: Report) -> Iterator[str]:
    """The first thousand findings, then the outcome and what only the server checks."""
    for finding in islice(report.findings(), SHOWN):
        yield _line(*finding)
    if (more := report.count - SHOWN) > 0:
        yield f"… ほか {more} 件 / and {more} more\n"
    verdict = report.verdict
    outcome = "返戻 / returned" if verdict.returned else "受理 / accepted"
    yield (
        f"{outcome}: 受付 {verdict.received} 件 = 受理 {verdict.accepted} + 不受理 {verdict.rejected}"
        f" / {verdict.received} received = {verdict.accepted} accepted + {verdict.rejected} rejected\n"
    )
    yield "サーバーでだけ確かめる項目 / checked by the server only: " + ", ".join(report.not_checked) + "\n"


def _line(line: int, field: str, code: str) -> str:
    text = FINDINGS[code]
    return f"{line}行目 {field} {code} {text.ja}。{text.action_ja} / line {line}: {text.en}; {text.action_en}\n"
