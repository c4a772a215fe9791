"""`shokai sentinel`: looks for individual numbers and resident codes in every place where the system writes."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.moving.bundle import SCHEMAS
from cli.output import Json, Output, table
from shared.db.postgres import PostgresStore
from shared.hosting.host_settings import HostSettings
from shared.sentinel.numbers import Seeker
from shared.sentinel.places import Looked, Sentinel
from shared.sentinel.server import ServerRows

app = typer.Typer()
SHOWN = 200


@app.command()
def sentinel(
    places: Annotated[
        list[Path] | None,
        typer.Argument(exists=True, help="見る場所(ディレクトリ、ログ、キュー、退避先など) / folders to look at"),
    ] = None,
    distributed: Annotated[
        bool, typer.Option("--distributed", help="SHOKAI_... の各データベースも見る / the databases of SHOKAI_..., too")
    ] = False,
    canaries: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="既知の文字列(1行1件) / known texts, one a line")
    ] = None,
    as_json: Json = False,
) -> None:
    """個人番号・住民票コードが平文で残っていないか探す / finds numbers in clear; exit code 1 where there is one."""
    if not places and not distributed:
        raise typer.BadParameter("場所または --distributed が必要です / name a folder, or give --distributed")
    output = Output(as_json)
    with output.progress("確認したバイト / bytes looked at", 0) as note:
        looked = look(places or [], distributed=distributed, canaries=canaries, note=note)
    output.result(told(looked), lambda: _for_people(looked))
    if not looked.clean:
        raise typer.Exit(1)


def look(places: list[Path], *, distributed: bool, canaries: Path | None, note: Any) -> Looked:
    """One pass over folders, and over the databases of a distributed installation if asked for."""
    texts = [line.strip() for line in canaries.read_text("utf-8").splitlines()] if canaries else []
    seen = 0

    def noted(size: int) -> None:
        nonlocal seen
        seen += size
        note(seen)

    one = Sentinel(Seeker({f"line {at}": text for at, text in enumerate(texts, start=1) if text}), noted)
    if distributed:
        settings = HostSettings()
        for name in SCHEMAS:
            store = PostgresStore(settings.postgres_owner(name), service=name)
            one.look_at_rows(ServerRows(store.engine, name))
            store.engine.dispose()
    for place in places:
        one.look_at_folder(place, place.name)
    return one.looked


def told(looked: Looked) -> dict[str, Any]:
    """The result for programs: where, never what."""
    return {
        "clean": looked.clean,
        "files": looked.files,
        "bytes": looked.bytes,
        "columns": looked.columns,
        "values": looked.values,
        "unread": looked.unread,
        "found": [
            {"kind": each.kind, "written": each.written, "place": each.place, "where": each.where}
            for each in looked.found
        ],
    }


def _for_people(looked: Looked) -> Any:
    if looked.clean:
        return (
            f"見つかりません / none found: {looked.files:,} files, {looked.columns:,} columns, {looked.bytes:,} bytes"
        )
    rows = [(each.place, each.where, each.kind, each.written) for each in looked.found[:SHOWN]]
    rows += [(place, "読めません / not readable", "", "") for place in looked.unread]
    title = f"▲ 発見 / found: {len(looked.found):,}"
    return table(title, ("場所 / place", "箇所 / where", "種類 / kind", "書き方 / written"), rows)
