"""`shokai jobs run`: what runs by itself, run now."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.control import run_jobs_on
from cli.data_dir import DataDir
from cli.output import Json, Output, table
from shared.calendar.clock import JST

app = typer.Typer(no_args_is_help=True, help="定期処理 / what runs by itself")


def instant(text: str) -> datetime:
    """An RFC 3339 time with offset; anything else is wrong use."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("RFC 3339, e.g. 2026-06-15T23:59:59+09:00") from None
    if at.tzinfo is None:
        raise typer.BadParameter("an offset is needed, e.g. +09:00")
    return at


@app.callback()
def jobs() -> None:
    """定期処理 / what runs by itself."""


@app.command()
def run(
    data_dir: Annotated[Path, typer.Option(exists=True, file_okay=False, help="データディレクトリ / data directory")],
    as_of: Annotated[
        str, typer.Option(help="この時刻まで(省略時は現在) / run what is due up to this instant (default: now)")
    ] = "",
    as_json: Json = False,
) -> None:
    """期限の来た処理を実行する / run all that is due, also while the server runs."""
    at = instant(as_of) if as_of else DataDir(data_dir).clock().now()
    runs = run_jobs_on(data_dir, at)
    done = {"as_of": at.isoformat(), "runs": runs}
    Output(as_json).result(done, lambda: table(f"as of {_local(at.isoformat())}", COLUMNS, [_row(r) for r in runs]))


COLUMNS = ("時刻 / at", "サービス / service", "処理 / job", "件数 / counts")


def _row(done: dict[str, Any]) -> tuple[str, str, str, str]:
    counts = ", ".join(f"{name} {count}" for name, count in done["counts"].items())
    return _local(done["at"]), done["service"], done["title"]["ja"], counts


def _local(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")
