"""`shokai check`: the offline desk checker. The same rules and verdict as intake; no server, no account."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json
from shared.check.columns import RequestCheck
from shared.check.desk import plan_number, today, write_to
from shared.check.renderings import rendered
from shared.check.report import FoundList, Report, facts_at_the_desk
from shared.layouts.lines import Source

app = typer.Typer()


class KindName(StrEnum):
    """The kinds of request."""

    provisional = "provisional"
    main = "main"
    my_number = "my_number"
    deletion = "deletion"


class Form(StrEnum):
    """The forms of a report."""

    text = "text"
    json = "json"
    csv = "csv"
    html = "html"


@app.command()
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="照会依頼ファイル / request file")],
    kind: Annotated[KindName, typer.Option(help="照会種別 / kind of request")],
    plan: Annotated[str, typer.Option(help="企業年金番号(8桁) / plan number, 8 digits")] = "",
    as_of: Annotated[str, typer.Option(help="この日のチェックとして / as on this day, YYYY-MM-DD")] = "",
    form: Annotated[Form, typer.Option("--format", help="csv は不備行のみ / csv: the bad rows only")] = Form.text,
    out: Annotated[Path | None, typer.Option(help="出力先 / file to write to")] = None,
    as_json: Json = False,
) -> None:
    """照会依頼ファイルを手元でチェックする / check a request file at the desk, with intake's own rules."""
    try:
        day = date.fromisoformat(as_of) if as_of else today()
        plan = plan_number(plan)
    except ValueError as wrong:
        raise typer.BadParameter(str(wrong)) from None
    chosen = Form.json if as_json else form
    if chosen is Form.csv and out is None:
        raise typer.BadParameter("CSV には送付データが入るため --out が必要です / CSV holds the file's own rows: --out")
    with file.open("rb") as source:
        report = columns_report(source, kind=kind.value, plan=plan, as_of=day)
    with file.open("rb") as again:
        write_to(out, rendered(report, chosen.value, lambda: again))
    raise typer.Exit(1 if report.has_errors else 0)


def columns_report(source: Source, *, kind: str, plan: str, as_of: date) -> Report:
    """`plain_report` of the desk package, many times faster: the check over columns that intake runs."""
    check = RequestCheck(source, facts_at_the_desk(kind, plan, as_of))
    found = FoundList(row for block in check.blocks() for row in block.findings.iter_rows())
    return Report(kind, plan, as_of, check.verdict(), found)
