"""`shokai audit witness`: a witness's own commands, for the department that runs it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.output import Json, Output
from cli.witness.book import latest_in
from cli.witness.folder import BOOK, key_of, make_folder, trust, trusted
from cli.witness.running import run

app = typer.Typer(no_args_is_help=True, help="立会人(チェックポイントの連署) / the witness")

Folder = Annotated[Path, typer.Argument(help="立会人のフォルダ / the witness's folder")]


@app.command()
def init(folder: Folder, name: Annotated[str, typer.Option(help="立会人の名前(URL 形) / its name")]) -> None:
    """鍵とフォルダを作る / make key and folder; prints the verifier key to hand out."""
    Output().result(make_folder(folder, name).text)


@app.command(name="trust")
def trust_log(
    folder: Folder,
    log_key: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="記録の検証鍵 / the log's verifier key")],
) -> None:
    """記録を立会いの対象に加える / witness that log from now on."""
    Output().result(trust(folder, log_key.read_text("utf-8")).text)


@app.command()
def serve(
    folder: Folder,
    host: Annotated[str, typer.Option(help="待ち受けるアドレス / address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="ポート / port")] = 8700,
    tls_cert: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="TLSの証明書 / certificate for TLS")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="その秘密鍵 / its key")] = None,
) -> None:
    """立会人を動かす / run the witness."""
    run(folder, host=host, port=port, tls_cert=tls_cert, tls_key=tls_key)


@app.command()
def show(folder: Folder, as_json: Json = False) -> None:
    """最後に連署したチェックポイント / the newest checkpoint of each log."""
    found = {origin: latest_in(folder / BOOK, origin) for origin in trusted(folder)}
    facts = {
        origin: None if seen is None else {"size": seen.checkpoint.size, "at": _instant(seen.at), "note": seen.note}
        for origin, seen in found.items()
    }
    output = Output(as_json)
    output.result({"witness": key_of(folder).verifier.text, "logs": facts}, lambda: _told(facts))


def _told(facts: dict[str, dict[str, object] | None]) -> str:
    return "\n".join(f"{origin}: {_line(seen)}" for origin, seen in facts.items())


def _line(seen: dict[str, object] | None) -> str:
    return "-" if seen is None else f"{seen['size']} 件 / records, {seen['at']}"


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
