"""`shokai jobs run`: what runs by itself, run now."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from cli.control import as_report, run_jobs_on
from cli.data_dir import DataDir
from cli.output import Json, Output, table
from cli.remote import RemoteHouse, from_environment
from shared.calendar.clock import JST, DemoClock

MOMENT: Final = timedelta(seconds=2)

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
    data_dir: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            file_okay=False,
            help="データディレクトリ(省略時は分散構成) / data directory (default: distributed)",
        ),
    ] = None,
    as_of: Annotated[
        str, typer.Option(help="この時刻まで(省略時は現在) / run what is due up to this instant (default: now)")
    ] = "",
    as_json: Json = False,
) -> None:
    """期限の来た処理を実行する / run all that is due, also while the server runs.

    Without a data directory: on the distributed system that SHOKAI_AUTHORITY_URL ... SHOKAI_AUDIT_URL name, with the
    key in SHOKAI_CONTROL_KEY_FILE.
    """
    at = instant(as_of) if as_of else None
    at, runs = asyncio.run(run_remotely(at)) if data_dir is None else _run_here(data_dir, at)
    done = {"as_of": at.isoformat(), "runs": runs}
    Output(as_json).result(done, lambda: table(f"as of {_local(at.isoformat())}", COLUMNS, [_row(r) for r in runs]))


def _run_here(data_dir: Path, at: datetime | None) -> tuple[datetime, list[dict[str, Any]]]:
    at = _present(DataDir(data_dir)) if at is None else at
    return at, run_jobs_on(data_dir, at)


def _present(place: DataDir) -> datetime:
    """Now; by a demo's clock, which goes on while we ask and never back, a moment later."""
    clock = place.clock()
    return clock.now() + (MOMENT if isinstance(clock, DemoClock) else timedelta())


async def run_remotely(at: datetime | None) -> tuple[datetime, list[dict[str, Any]]]:
    """The same on the distributed system of the environment."""
    addresses, key = from_environment()
    async with RemoteHouse.open(addresses, key) as house:
        until, runs = await house.run_jobs(at)
        return until, [as_report(run) for run in runs]


COLUMNS = ("時刻 / at", "サービス / service", "処理 / job", "件数 / counts")


def _row(done: dict[str, Any]) -> tuple[str, str, str, str]:
    counts = ", ".join(f"{name} {count}" for name, count in done["counts"].items())
    return _local(done["at"]), done["service"], done["title"]["ja"], counts


def _local(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")
