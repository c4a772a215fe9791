"""`shokai layouts`: the files that cross our border, as tables."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from cli.output import Json, Output
from shared.layouts import NAMES, Layout, layout
from shared.layouts.show import list_layouts, show_layout

app = typer.Typer(no_args_is_help=True, help="レコードレイアウト / record layouts")


@app.command("list")
def list_all(as_json: Json = False) -> None:
    """レイアウトの一覧 / all layouts."""
    data = [{"name": name, "title": {"ja": layout(name).ja, "en": layout(name).en}} for name in NAMES]
    Output(as_json).result(data, list_layouts)


@app.command()
def show(name: Annotated[str, typer.Argument(help="例 / e.g. pfa-request-1")], as_json: Json = False) -> None:
    """レイアウトの項目 / the fields of one layout."""
    human = show_layout(name)  # refuses an unknown name before anything else
    Output(as_json).result(_data(layout(name)), lambda: human)


def _data(shown: Layout) -> dict[str, Any]:
    return asdict(shown)
