"""`shokai audit rooms`: the door system's log, taken into a data directory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from cli.output import Json, Output
from cli.register_work import OPERATOR, access, kit_of
from services.audit.app import create_service
from services.audit.parts import AuditParts
from services.audit.settings import AuditSettings
from services.audit.usecases.rooms.import_room_log import ReadFile, import_room_log

app = typer.Typer(no_args_is_help=True, help="入退室の記録 / the room log")


@app.callback()
def rooms() -> None:
    """入退室の記録 / the room log."""


@app.command("import")
def take_in(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="入退室管理表(CSV) / the door system's CSV")
    ],
    data_dir: Annotated[Path, typer.Option("--data-dir", file_okay=False, help="データディレクトリ / data directory")],
    as_json: Json = False,
) -> None:
    """入退室管理表を取り込む / take in the door system's file; the same row twice counts once."""
    data = file.read_bytes()
    with _audit_on(data_dir) as parts:
        record = access("audit.room_log.import", "room_import", "")
        made = parts.db.write_now(import_room_log(parts, ReadFile.of(parts, data), record, OPERATOR.id))
    Output(as_json).result(made, lambda: _told(made))


@contextmanager
def _audit_on(data_dir: Path) -> Iterator[AuditParts]:
    parts = cast(AuditParts, create_service(AuditSettings(), kit_of(data_dir)).parts)
    try:
        yield parts
    finally:
        parts.db.close()


def _told(made: dict[str, Any]) -> str:
    span = f"{made['first_on']} – {made['last_on']}"
    return f"{span}: {made['rows']} 行 / rows, 新規 / new {made['fresh']}"
