"""`shokai demo`."""

import asyncio
import shutil
import time
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
import uvicorn

from cli.control import announce_server
from cli.data_dir import DataDir
from cli.demo.cast import Cast, gather
from cli.demo.desk import Stuck
from cli.demo.month import play
from cli.demo.stage import Stage
from cli.demo.summary import gather_summary, shown
from cli.embedded import Embedded
from cli.output import Json, Output
from cli.serving import Port, listening
from cli.verify import verify_log
from shared.hosting.process import PoliteServer
from shared.refusals import Refusal
from simulators.people.generate import generate
from simulators.people.registry import Registry

app = typer.Typer()

MARK = "made-by-shokai-demo"
SEED = 2026


@app.command()
def demo(
    data_dir: Annotated[Path, typer.Option(file_okay=False, help="置き場所 / where to")] = Path("demo-data"),
    residents: Annotated[int, typer.Option(min=2_000, max=2_000_000, help="架空の住民の数 / people")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, max=2**31, help="乱数の種 / seed")] = SEED,
    leave: Annotated[bool, typer.Option("--exit", help="画面を出さずに終わる / no page at the end")] = False,
    port: Port = 8000,
    as_json: Json = False,
) -> None:
    """架空の住民で一か月の業務を通しで動かす / the whole month on synthetic people, end to end."""
    output = Output(as_json)
    _clear(data_dir)
    try:
        told = asyncio.run(_demo(data_dir, residents, seed, port, leave, output))
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


async def _demo(folder: Path, residents: int, seed: int, port: int, leave: bool, output: Output) -> dict[str, Any]:
    start = time.monotonic()
    cast = gather(residents)
    with output.progress("架空の住民 / synthetic people", residents) as note:
        registry = await asyncio.to_thread(generate, residents, seed, folder / "people" / "registry", progress=note)
    data_dir = folder / "data"
    made = await asyncio.to_thread(Embedded.init, data_dir, cast.bootstrap)
    cast.write_sign_in(folder / "sign-in.json")
    output.step(f"初期登録 / set up: {made['plans']} 制度 / plans, {made['staff']} 名 / staff")
    embedded = Embedded.open(data_dir)
    with listening("127.0.0.1", 0 if leave else port) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(embedded.app, log_config=None, access_log=False, lifespan="off")
        server = PoliteServer(config)
        await embedded.start()
        announce_server(DataDir(data_dir), listener.getsockname()[1])
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            told = await _play(folder, data_dir, cast, registry, address, output, start, leave)
            if not leave:
                await serving
        finally:
            server.should_exit = True
            await serving
            await embedded.stop()
            DataDir(data_dir).server_file.unlink(missing_ok=True)
    return told


async def _play(
    folder: Path,
    data_dir: Path,
    cast: Cast,
    registry: Registry,
    address: str,
    output: Output,
    start: float,
    leave: bool,
) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=address, timeout=120) as http:
        stage = Stage(folder, data_dir, cast, registry, http, output)
        await play(stage)
        verdict = await asyncio.to_thread(verify_log, data_dir)
        told = await gather_summary(stage, verdict, "" if leave else address, time.monotonic() - start)
    output.result(told, lambda: shown(told))
    if not leave:
        output.step(f"画面 / page: {address}  (Ctrl-C で終わる / to end)")
    return told
