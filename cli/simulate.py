"""`shokai simulate`: synthetic people, and the stand-in for J-LIS."""

import csv
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.demo.cast import BOOTSTRAP
from cli.output import Json, Output, table
from shared.calendar.clock import JST, SystemClock
from shared.hosting.installation import read_bootstrap
from shared.refusals import Refusal
from simulators.jlis.answer import answer_file
from simulators.jlis.files import BadInquiry
from simulators.people.folder import asking_plans, disc_image, make_folder
from simulators.people.registry import NotARegistry, Registry
from simulators.people.requests import KIND_CODES, Envelope, RequestFile, number_records, write_request

app = typer.Typer(no_args_is_help=True, help="模擬 / stand-ins for the world outside")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter("YYYY-MM-DD") from None


def _today() -> date:
    return SystemClock().now().astimezone(JST).date()


@app.command()
def people(
    out: Annotated[Path, typer.Option(file_okay=False, help="出力先 / where to")],
    count: Annotated[int, typer.Option(min=1, max=5_000_000, help="人数 / number of people")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="乱数の種 / the same seed gives the same people")] = 1,
    plans: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="[[plans]] の TOML / TOML")] = None,
    members: Annotated[int, typer.Option(min=0, help="一制度の照会人数 / inquiries of each plan")] = 300,
    on: Annotated[str, typer.Option("--date", help="依頼日 / day of the requests")] = "",
    as_json: Json = False,
) -> None:
    """架空の住民と照会依頼ファイルを作る / make a synthetic registry and plan files."""
    if (out / "registry").exists():
        raise Refusal("folder-exists")
    output = Output(as_json)
    asking = asking_plans(read_bootstrap(plans or BOOTSTRAP).get("plans", ()), members)
    with output.progress("住民 / people", count) as note:
        registry, files = make_folder(out, count, seed, asking, _day(on) or _today(), progress=note)
    made = {"registry": str(registry.folder), "people": count, "requests": [_told(file) for file in files]}
    rows = [(file.envelope.plan_number, file.envelope.charset, file.records, str(file.path)) for file in files]
    output.result(made, lambda: table(f"{registry.folder}: {count:,}", ("plan", "charset", "records", "file"), rows))


@app.command()
def request(
    reply: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="仮照会の回答 / reply to kind 1 (UTF-8)")],
    kind: Annotated[str, typer.Option(help="main | my_number | deletion")],
    out: Annotated[Path, typer.Option(file_okay=False, help="書き出すフォルダー / folder to write to")],
    on: Annotated[str, typer.Option("--date", help="依頼日 / day of the request")] = "",
    charset: Annotated[str, typer.Option(help="cp932 | utf-8")] = "cp932",
    seed: Annotated[int, typer.Option(help="乱数の種 / seed")] = 1,
    disc: Annotated[bool, typer.Option("--disc", help="CD-R イメージも / a disc image too")] = False,
    as_json: Json = False,
) -> None:
    """回答の照会番号で次の照会依頼を作る / make a request by the inquiry numbers of a reply."""
    if kind not in KIND_CODES or kind == "provisional" or charset not in ("cp932", "utf-8"):
        raise typer.BadParameter("--kind main | my_number | deletion, --charset cp932 | utf-8")
    with reply.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    asked = [(row[2], row[4]) for row in rows if row and row[0] == "2" and row[4]]
    if not rows or len(rows[0]) < 3 or not asked:
        raise Refusal("no-inquiry-numbers")
    envelope = Envelope(rows[0][2], kind, _day(on) or _today(), 1, charset)
    written = write_request(out, envelope, number_records(asked, kind, seed))
    if disc:
        disc_image(written.path)
    Output(as_json).result(_told(written))


@app.command()
def jlis(
    registry: Annotated[Path, typer.Option(exists=True, file_okay=False, help="架空の台帳 / synthetic registry")],
    inquiry: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="照会ファイル / inquiry file")],
    answer: Annotated[Path, typer.Option(dir_okay=False, help="回答ファイル / answer file to write")],
    as_of: Annotated[str, typer.Option(help="台帳の基準日 / day of the registry, YYYY-MM-DD")] = "",
    as_json: Json = False,
) -> None:
    """J-LIS の代わりに照会ファイルへ回答する / answer an inquiry file as J-LIS would."""
    output = Output(as_json)
    try:
        with output.progress("照会 / inquiries", 0) as note:
            done = answer_file(Registry.open(registry), inquiry, answer, as_of=_day(as_of), progress=note)
    except BadInquiry as bad:
        raise Refusal("bad-inquiry-file", where=str(bad)) from None
    except NotARegistry:
        raise Refusal("not-a-registry") from None
    told: Mapping[str, Any] = {**asdict(done), "answer": str(answer)}
    output.result(told)


def _told(file: RequestFile) -> dict[str, object]:
    return {
        "plan_number": file.envelope.plan_number,
        "kind": file.envelope.kind,
        "charset": file.envelope.charset,
        "records": file.records,
        "sha256": file.sha256,
        "file": str(file.path),
        "truth": str(file.truth),
    }
