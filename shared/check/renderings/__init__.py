"""A report as text, JSON, CSV of the bad rows, and HTML; each as pieces of text, whatever its length."""

from collections.abc import Callable, Iterator
from typing import Final

from shared.check.renderings.as_csv import as_csv
from shared.check.renderings.as_html import as_html
from shared.check.renderings.as_json import as_json
from shared.check.renderings.as_text import as_text
from shared.check.report import Report
from shared.layouts.lines import Source

FORMATS: Final = ("text", "json", "csv", "html")


def rendered(report: Report, form: str, source: Callable[[], Source]) -> Iterator[str]:
    """The report in one of the FORMATS. `source` opens the checked file once more; only CSV asks for it."""
    match form:
        case "csv":
            return as_csv(report, source())
        case "html":
            return as_html(report)
        case "json":
            return as_json(report)
        case _:
            return as_text(report)
