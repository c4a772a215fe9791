"""The bad rows of a file as CSV: what is wrong with each line, and the line's own fields as they were sent.

This is the one rendering that holds values of the file. It is made at the plan's desk from the plan's own file, goes
nowhere but where the clerk saves it, and no cell of it is taken for a formula by a spreadsheet.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final

from shared.check.findings import FINDINGS, Finding, severity
from shared.check.renderings.fields import field_names
from shared.check.report import Report
from shared.layouts import KIND_CODES, Reading, layout
from shared.layouts.cells import CONTROL, FORMULA
from shared.layouts.lines import Source
from shared.layouts.reading import fields_of

BOM: Final = "\ufeff"
HEAD: Final = ("行", "コード", "項目", "内容", "対処", "レコード種別")
_FORMULA: Final = re.compile(FORMULA)
_CONTROL: Final = re.compile(CONTROL)


def as_csv(report: Report, source: Source) -> Iterator[str]:
    """One row for each line with an error, in order, with all its findings. `source` is the file from its start."""
    reading = Reading(layout("pfa-request-1"), source, KIND_CODES[report.kind])
    yield BOM + _row([*HEAD, *(spec.ja for spec in reading.data_record.fields)])
    texts = _fields_by_line(reading)
    number, fields = 0, list[str]()
    for line, findings in report.by_line():
        if all(severity(code) == "warning" for _, _, code in findings):
            continue
        while number < line:
            number, fields = next(texts, (line, []))
        yield _row([str(line), *_told(findings), *(fields if number == line else [])])


def _fields_by_line(reading: Reading) -> Iterator[tuple[int, list[str]]]:
    """The fields of every line; those of a line in foreign bytes are empty."""
    yield 1, reading.first_fields
    for chunk in reading.chunks():
        for line, text in enumerate(chunk.texts, start=chunk.first_line):
            yield line, fields_of(text.removesuffix("\r"))
    yield reading.lines, reading.last_fields


def _told(findings: Sequence[Finding]) -> Iterator[str]:
    names = field_names()
    yield ";".join(code for _, _, code in findings)
    yield ";".join(names[field][0] for _, field, _ in findings)
    yield "。".join(dict.fromkeys(FINDINGS[code].ja for _, _, code in findings))
    yield "。".join(dict.fromkeys(FINDINGS[code].action_ja for _, _, code in findings))


def _row(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([_safe(cell) for cell in cells])
    return out.getvalue()


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, on one line."""
    plain = _CONTROL.sub(" ", cell)
    return f"'{plain}" if _FORMULA.search(cell) else plain
