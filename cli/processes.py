"""`shokai service`, `shokai worker`, `shokai migrate`: one process of the distributed mode, set by its environment."""

from importlib import import_module
from typing import Annotated, Literal

import typer

from shared.hosting.process import run

service_app = typer.Typer()
worker_app = typer.Typer()
migrate_app = typer.Typer()

Name = Annotated[
    Literal["authority", "intake", "matcher", "media", "audit"], typer.Argument(help="サービスの名前 / which service")
]


@service_app.command()
def service(name: Name) -> None:
    """一つのサービスを動かす / one service: its HTTP face, its events, its jobs."""
    _run(name, "service")


@worker_app.command()
def worker(name: Name) -> None:
    """サービスの重い処理を分担する / take bulk work off a service's hands."""
    _run(name, "worker")


@migrate_app.command()
def migrate(name: Name) -> None:
    """データベースを最新にする / bring a service's database to its newest version."""
    _run(name, "migrate")


def _run(name: str, step: str) -> None:
    run(import_module(f"services.{name}.__main__").PROGRAM, [step])
