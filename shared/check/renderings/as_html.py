"""A report as one HTML page that a clerk reads or prints: no script, nothing loaded, never a value of the file."""

from collections.abc import Iterator
from functools import cache
from html import escape
from importlib.resources import files
from itertools import islice
from typing import Final

from shared.check.findings import FINDINGS, Finding, severity
from shared.check.renderings.bars import bars
from shared.check.renderings.fields import field_names
from shared.check.report import Report
from shared.layouts import KIND_CODES, layout

LISTED: Final = 2000
_SEVERITY: Final = {"F": "ファイル返戻", "R": "レコード不受理", "W": "注意(受理)"}


def as_html(report: Report) -> Iterator[str]:
    """The page, with its style inside."""
    yield (
        '<!DOCTYPE html>\n<html lang="ja">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>照会依頼ファイル チェック結果</title>\n<style>{report_style()}</style>\n</head>\n<body>\n"
    )
    yield '<main>\n<h1>照会依頼ファイルのチェック <span lang="en">Check of a request file</span></h1>\n'
    yield from as_section(report)
    yield "</main>\n</body>\n</html>\n"


def as_section(report: Report) -> Iterator[str]:
    """The report alone, to stand in a page that brings `report_style`."""
    yield '<section class="check-report">\n'
    yield _outcome(report)
    if report.count:
        yield _picture(report)
        yield from _what_to_do(report)
        yield from _line_by_line(report)
    yield _not_checked(report)
    yield "</section>\n"


@cache
def report_style() -> str:
    """The style of the report; a page may allow it by its digest."""
    return (files("shared.check") / "renderings" / "report.css").read_text(encoding="utf-8")


def _outcome(report: Report) -> str:
    verdict = report.verdict
    if verdict.returned:
        told = ("returned", "✕ このままでは返戻になります", "as it is, the file would be returned whole")
    elif verdict.rejected:
        told = (
            "accepted",
            "△ 受理できますが、不受理になるレコードがあります",
            "acceptable, but some records are rejected",
        )
    elif report.count:
        told = ("accepted", "○ 受理できます(注意があります)", "acceptable, with warnings")
    else:
        told = ("accepted", "○ 受理できます", "acceptable")
    kind = layout("pfa-request-1").codes("kind")[KIND_CODES[report.kind]]["ja"]
    facts = {
        "件数": f"受付 {verdict.received:,} 件 = 受理 {verdict.accepted:,} 件 + 不受理 {verdict.rejected:,} 件",
        "照会種別": kind,
        "企業年金番号": report.plan or "(指定なし)",
        "基準日": f"{report.as_of:%Y-%m-%d}",
        "ファイルの SHA-256": verdict.sha256,
    }
    rows = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return (
        '<h2>結果 <span lang="en">Result</span></h2>\n'
        f'<section class="outcome {told[0]}"><p><strong>{told[1]}</strong> <span lang="en">{told[2]}</span></p>\n'
        f"<dl>{rows}</dl></section>\n"
    )


def _picture(report: Report) -> str:
    title = '<h3>指摘の内訳 <span lang="en">Findings by code</span></h3>\n'
    return title + bars([(code, FINDINGS[code].ja, count) for code, count in report.by_code.items()])


def _what_to_do(report: Report) -> Iterator[str]:
    yield (
        '<h3>直し方 <span lang="en">What to do</span></h3>\n'
        + _table_head("コードごとの直し方", "コード", "扱い", "件数", "内容", "対処")
    )
    for code, count in report.by_code.items():
        text = FINDINGS[code]
        yield (
            f'<tr><td class="code">{code}</td><td>{_SEVERITY[code[0]]}</td><td class="number">{count:,}</td>'
            f"<td>{_both(text.ja, text.en)}</td><td>{_both(text.action_ja, text.action_en)}</td></tr>\n"
        )
    yield "</tbody></table></div>\n"


def _line_by_line(report: Report) -> Iterator[str]:
    yield (
        '<h3>行ごとの指摘 <span lang="en">Line by line</span></h3>\n'
        + _table_head("行ごとの指摘", "行", "項目", "コード", "内容", "対処")
    )
    in_order = (finding for _, findings in report.by_line() for finding in findings)
    for finding in islice(in_order, LISTED):
        yield _row(finding)
    yield "</tbody></table></div>\n"
    if (more := report.count - LISTED) > 0:
        yield f'<p>ほか {more:,} 件は CSV か JSON に。<span lang="en">{more:,} more in CSV or JSON.</span></p>\n'


def _table_head(caption: str, *columns: str) -> str:
    heads = "".join(f'<th scope="col">{column}</th>' for column in columns)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table><caption>{caption}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>\n"
    )


def _row(finding: Finding) -> str:
    line, field, code = finding
    text = FINDINGS[code]
    mark = "✕" if severity(code) == "error" else "△"
    return (
        f'<tr><td class="number">{line:,}</td><td>{_both(*field_names()[field])}</td>'
        f'<td class="code">{mark} {code}</td>'
        f"<td>{_both(text.ja, text.en)}</td><td>{_both(text.action_ja, text.action_en)}</td></tr>\n"
    )


def _not_checked(report: Report) -> str:
    items = "".join(f"<li>{code}: {_both(FINDINGS[code].ja, FINDINGS[code].en)}</li>" for code in report.not_checked)
    return (
        '<h3>連合会でだけ確かめる項目 <span lang="en">Checked by the association only</span></h3>\n'
        f"<p>次の項目は、この端末では確かめられません。</p>\n<ul>{items}</ul>\n"
    )


def _both(ja: str, en: str) -> str:
    return f'{escape(ja)}<br><span lang="en">{escape(en)}</span>'
