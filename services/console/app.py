"""Puts the pages together."""

from pathlib import Path
from typing import Final, Protocol

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from services.console.api.board import BoardReader, Clients, board_routes
from services.console.api.health import own_health_routes
from shared.calendar.clock import Clock
from shared.http.app import CallContext
from shared.http.problems import install_problems

HERE: Final = Path(__file__).parent


class Place(Protocol):
    """What the pages show of where they are."""

    @property
    def clock(self) -> Clock: ...
    @property
    def association(self) -> str: ...
    @property
    def mode(self) -> str: ...


def create_app(clients: Clients, place: Place) -> FastAPI:
    """The console; `clients(service)` gives an HTTP client of a service, signed in as the console."""
    app = FastAPI(title="Shokai console", openapi_url=None, docs_url=None, redoc_url=None)
    install_problems(app, "console", HERE / "api" / "problems.toml")
    reader = BoardReader(clients, place.clock, association=place.association, mode=place.mode)
    app.include_router(board_routes(reader))
    app.include_router(own_health_routes())
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.add_middleware(CallContext)
    return app
