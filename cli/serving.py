"""`shokai init` and `shokai serve`: a data directory, and all services on it under one port."""

import asyncio
import os
import socket
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from cli.control import announce_server
from cli.data_dir import DataDir
from cli.embedded import Embedded
from cli.output import Json, Output
from shared.hosting.installation import read_bootstrap
from shared.hosting.polite import PoliteServer
from shared.refusals import Refusal
from shared.telemetry.spans import configure_traces, stop_traces

init_app = typer.Typer()
serve_app = typer.Typer()

Host = Annotated[str, typer.Option(help="待ち受けるアドレス / address to listen on")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="ポート(0 は空きポート) / port (0: any free one)")]
DataDirOption = Annotated[Path, typer.Option(file_okay=False, help="データディレクトリ / data directory")]


@init_app.command()
def init(
    data_dir: DataDirOption,
    bootstrap: Annotated[
        Path | None, typer.Option("--from", exists=True, dir_okay=False, help="初期登録 / bootstrap.toml")
    ] = None,
    as_json: Json = False,
) -> None:
    """データディレクトリを作る / make keys, databases and registers; never overwrites."""
    made = Embedded.init(data_dir, read_bootstrap(bootstrap) if bootstrap is not None else {})
    Output(as_json).result(made)


@serve_app.command()
def serve(data_dir: DataDirOption, port: Port = 8000, host: Host = "127.0.0.1", as_json: Json = False) -> None:
    """全サービスを一つのポートで動かす / run all services, jobs and the console under one port."""
    asyncio.run(serve_until_stopped(data_dir, host, port, Output(as_json)))


async def serve_until_stopped(data_dir: Path, host: str, port: int, output: Output) -> None:
    """Serves until a signal comes. Killed instead, it loses nothing and goes on at the next start."""
    place = DataDir(data_dir)
    place.facts()  # refuses what is no data directory before a port is taken
    with listening(host, port) as listener:
        embedded = Embedded.open(data_dir)
        address = f"http://{host}:{listener.getsockname()[1]}"
        server = PoliteServer(uvicorn.Config(embedded.app, log_config=None, access_log=False, lifespan="off"))
        configure_traces("embedded", os.environ.get("SHOKAI_OTLP_URL", ""))
        await embedded.start()
        try:
            announce_server(place, listener.getsockname()[1])
            output.step(f"稼働中 / serving: {address}  ({data_dir})")
            await server.serve(sockets=[listener])
        finally:
            await embedded.stop()
            await asyncio.to_thread(stop_traces)
            place.server_file.unlink(missing_ok=True)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there. Refusal `port-taken`."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # from here on callers wait to be served, and are not turned away
    except OSError as taken:
        listener.close()
        raise Refusal("port-taken", host=host, port=port) from taken
    return listener
