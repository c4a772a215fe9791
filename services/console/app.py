"""Puts the pages together."""

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from services.console.api.board import BoardReader, Clients, board_routes
from shared.hosting import Kit
from shared.http.app import CallContext
from shared.http.problems import install_problems

HERE: Final = Path(__file__).parent


def create_app(clients: Clients, kit: Kit) -> FastAPI:
    """The console; `clients(service)` gives an HTTP client of a service, signed in as the console."""
    app = FastAPI(title="Shokai console", openapi_url=None, docs_url=None, redoc_url=None)
    install_problems(app, "console", HERE / "api" / "problems.toml")
    reader = BoardReader(clients, kit.clock, association=kit.association, mode=kit.mode)
    app.include_router(board_routes(reader))
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.add_middleware(CallContext)
    return app
