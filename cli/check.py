"""`shokai check`: the offline desk checker. The same rules and verdict as intake; no server, no account."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
import polars as pl
import typer

from cli.output import Json
from shared.calendar.clock import JST, SystemClock
from shared.check import FINDINGS, FileFacts, severity, with_texts
from shared.check.columns import SCHEMA, RequestCheck
from shared.check.known_facts import NEEDS_SERVER
from shared.check.verdict import Verdict
from shared.layouts import KIND_CODES

app = typer.Typer()
SHOWN_AS_TEXT = 1000


class KindName(StrEnum):
    """The kinds of request."""

    provisional = "provisional"
    main = "main"
    my_number = "my_number"
    deletion = "deletion"


@app.command()
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="照会依頼ファイル / request file")],
    kind: Annotated[KindName, typer.Option(help="照会種別 / kind of request")],
    plan: Annotated[str, typer.Option(help="企業年金番号(8桁) / plan number, 8 digits")] = "",
    as_of: Annotated[str, typer.Option(help="この日のチェックとして / as on this day, YYYY-MM-DD")] = "",
    as_json: Json = False,
) -> None:
    """照会依頼ファイルを手元でチェックする / check a request file at the desk, with intake's own rules."""
    try:
        day = date.fromisoformat(as_of) if as_of else SystemClock().now().astimezone(JST).date()
    except ValueError:
        raise typer.BadParameter("YYYY-MM-DD") from None
    if plan and not (len(plan) == 8 and plan.isascii() and plan.isdigit()):
        raise typer.BadParameter("企業年金番号は8桁です / a plan number has 8 digits")
    told = check_file(file, kind.value, plan or None, day, "json" if as_json else "text")
    print(told.text, end="" if told.text.endswith("\n") else "\n")
    raise typer.Exit(1 if told.has_errors else 0)


@dataclass(frozen=True)
class DeskVerdict:
    """What the check says; `text` is ready to be printed in the format asked for. Never a value of the file."""

    verdict: Verdict
    findings: pl.DataFrame
    not_checked: tuple[str, ...]
    text: str

    @property
    def has_errors(self) -> bool:
        """Whether anything but warnings was found: exit code 1."""
        return any(severity(code) == "error" for code in self.findings["code"].unique())


def check_file(
    path: Path, kind: str, plan: str | None, as_of: date, out_format: Literal["text", "json"] = "text"
) -> DeskVerdict:
    """Check a request file as intake would on that day. `kind` is provisional, main, my_number or deletion."""
    facts = FileFacts(today=as_of, kind=KIND_CODES[kind], plan_number=plan)
    with path.open("rb") as source:
        check = RequestCheck(source, facts)
        blocks = [block.findings for block in check.blocks()]
    verdict = check.verdict()
    findings = pl.concat([pl.DataFrame(verdict.file_findings, schema=SCHEMA, orient="row"), *blocks])
    not_checked = NEEDS_SERVER if plan else ("F03", *NEEDS_SERVER)
    render = _json if out_format == "json" else _text
    return DeskVerdict(verdict, findings, not_checked, render(verdict, findings, not_checked))


def _json(verdict: Verdict, findings: pl.DataFrame, not_checked: tuple[str, ...]) -> str:
    data: dict[str, Any] = {
        "state": "returned" if verdict.returned else "accepted",
        "counts": {"received": verdict.received, "accepted": verdict.accepted, "rejected": verdict.rejected},
        "codes": list(verdict.file_codes),
        "sha256": verdict.sha256,
        "not_checked": list(not_checked),
        "items": [with_texts(*row) for row in findings.iter_rows()],
    }
    return orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()


def _text(verdict: Verdict, findings: pl.DataFrame, not_checked: tuple[str, ...]) -> str:
    lines = [_line(*row) for row in findings.head(SHOWN_AS_TEXT).iter_rows()]
    if findings.height > SHOWN_AS_TEXT:
        lines.append(f"… ほか {findings.height - SHOWN_AS_TEXT} 件 / and {findings.height - SHOWN_AS_TEXT} more")
    outcome = "返戻 / returned" if verdict.returned else "受理 / accepted"
    lines += [
        f"{outcome}: 受付 {verdict.received} 件 = 受理 {verdict.accepted} + 不受理 {verdict.rejected}"
        f" / {verdict.received} received = {verdict.accepted} accepted + {verdict.rejected} rejected",
        "サーバーでだけ確かめる項目 / checked by the server only: " + ", ".join(not_checked),
    ]
    return "\n".join(lines) + "\n"


def _line(line: int, field: str, code: str) -> str:
    text = FINDINGS[code]
    return f"{line}行目 {field} {code} {text.ja}。{text.action_ja} / line {line}: {text.en}; {text.action_en}"
