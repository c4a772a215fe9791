"""`shokai demo`."""

import asyncio
import shutil
import time
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from cli.demo.cast import Cast, gather, gather_again
from cli.demo.desk import Stuck
from cli.demo.houses import House, other_house, own_house
from cli.demo.month import play
from cli.demo.stage import Stage
from cli.demo.summary import gather_summary, shown
from cli.output import Json, Output
from cli.remote import from_environment
from cli.serving import Port
from cli.verify import verify_log
from shared.refusals import Refusal
from simulators.people.generate import generate
from simulators.people.registry import Registry

app = typer.Typer()

MARK = "made-by-shokai-demo"
SEED = 2026


@app.command()
def demo(
    data_dir: Annotated[Path, typer.Option(file_okay=False, help="置き場所 / where to")] = Path("demo-data"),
    residents: Annotated[int, typer.Option(min=500, max=2_000_000, help="架空の住民の数 / people")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="乱数の種 / seed")] = SEED,
    leave: Annotated[bool, typer.Option("--exit", help="画面を出さずに終わる / no page at the end")] = False,
    port: Port = 8000,
    front: Annotated[
        str, typer.Option(help="稼働中の分散構成の入口 / address of a running distributed system to play on")
    ] = "",
    bootstrap: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="--front の系に登録した初期登録 / what the system at --front was loaded from",
        ),
    ] = None,
    print_bootstrap: Annotated[
        bool,
        typer.Option("--print-bootstrap", help="初期登録を書き出して終わる / write such a bootstrap.toml, and no more"),
    ] = False,
    as_json: Json = False,
) -> None:
    """架空の住民で一か月の業務を通しで動かす / the whole month on synthetic people, end to end."""
    if print_bootstrap:
        print(gather(residents, seed).as_toml(), end="")
        return
    if bool(front) != (bootstrap is not None):
        raise typer.BadParameter("--front and --bootstrap go together")
    output, start = Output(as_json), time.monotonic()
    cast = gather(residents, seed) if bootstrap is None else gather_again(bootstrap)
    house: AbstractAsyncContextManager[House]
    if front:
        house = other_house(front, *from_environment())
    else:
        house = own_house(data_dir / "data", cast, 0 if leave else port, output)
    _clear(data_dir)
    try:
        told = asyncio.run(_demo(data_dir, cast, house, output, start, leave))
    except Stuck as stuck:
        raise Refusal("demo-stuck", where=str(stuck)) from stuck
    except httpx.TransportError as gone:  # told to stop in the middle
        raise Refusal("demo-stuck", where="the server has stopped") from gone
    good = told["log"]["ok"] and all(one["balanced"] for one in told["balances"])
    raise typer.Exit(0 if good else 1)


def _clear(folder: Path) -> None:
    """Makes room for a new demonstration, in the place of an older one only."""
    if (folder / MARK).exists():
        shutil.rmtree(folder)
    elif folder.exists() and any(folder.iterdir()):
        raise Refusal("folder-exists")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()


async def _demo(
    folder: Path,
    cast: Cast,
    house: AbstractAsyncContextManager[House],
    output: Output,
    start: float,
    leave: bool,
) -> dict[str, Any]:
    with output.progress("架空の住民 / synthetic people", cast.residents) as note:
        registry = await asyncio.to_thread(
            generate, cast.residents, cast.seed, folder / "people" / "registry", progress=note
        )
    cast.write_sign_in(folder / "sign-in.json")
    async with house as opened:
        told = await _play(folder, opened, cast, registry, output, start, leave)
        if not leave:
            await opened.stopped()
    return told


async def _play(
    folder: Path, house: House, cast: Cast, registry: Registry, output: Output, start: float, leave: bool
) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=house.address, timeout=120) as http:
        stage = Stage(folder, house, cast, registry, http, output)
        await play(stage)
        verdict = await asyncio.to_thread(verify_log, house.log)
        told = await gather_summary(stage, verdict, "" if leave else house.address, time.monotonic() - start)
    output.result(told, lambda: shown(told))
    if not leave:
        output.step(f"画面 / page: {house.address}  (Ctrl-C で終わる / to end)")
    return told
