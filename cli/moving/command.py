"""`shokai export` and `shokai import`: from one office to many machines."""

from pathlib import Path
from typing import Annotated

import typer

from cli.moving import exporting, importing
from cli.moving.bundle import Bundle
from cli.output import Json, Output
from shared.hosting.host_settings import HostSettings

export_app = typer.Typer()
import_app = typer.Typer()


@export_app.command()
def export(
    data_dir: Annotated[Path, typer.Option(file_okay=False, help="データディレクトリ / data directory")],
    out: Annotated[Path, typer.Option(file_okay=False, help="束を置く新しいフォルダー / new folder for the bundle")],
    without_keyring: Annotated[
        bool, typer.Option("--without-keyring", help="鍵束を入れない(別の経路で運ぶ) / leave the keyring out")
    ] = False,
    final: Annotated[
        bool, typer.Option("--final", help="終わったら元を閉じる(起動できなくなる) / close the directory afterwards")
    ] = False,
    as_json: Json = False,
) -> None:
    """データディレクトリを移設用に書き出す / bundle a data directory that no server holds, to move it."""
    output = Output(as_json)
    done = exporting.export(data_dir, out, keys=not without_keyring, final=final, output=output)
    output.result(done, lambda: exporting.told(done))


@import_app.command("import")
def import_(
    bundle: Annotated[
        Path, typer.Option("--from", exists=True, file_okay=False, help="`shokai export` の束 / the bundle")
    ],
    keyring: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="束の外で運んだ鍵束 / the keyring carried apart"),
    ] = None,
    as_json: Json = False,
) -> None:
    """束を空の分散構成に取り込む / fill an empty distributed installation, named by SHOKAI_...; may be run again."""
    place, output = Bundle(bundle), Output(as_json)
    done = importing.Import(place, keyring or place.keyring_file, HostSettings(), output).run()
    output.result(done, lambda: importing.told(done))
