"""Puts the pages together."""

from pathlib import Path
from typing import Final, Protocol

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles

from services.console.api.board import BoardReader, board_routes
from services.console.api.cases import case_routes
from services.console.api.check import check_routes
from services.console.api.checksheets import checksheet_routes
from services.console.api.deaths import death_routes
from services.console.api.destructions import destruction_routes
from services.console.api.disclosures import disclosure_routes
from services.console.api.findings import finding_routes
from services.console.api.gate import Gate
from services.console.api.health import own_health_routes
from services.console.api.home import home_routes
from services.console.api.incidents import incident_routes
from services.console.api.log import log_routes
from services.console.api.pages import Pages, install_pages
from services.console.api.passkeys import passkey_routes
from services.console.api.provisions import provision_routes
from services.console.api.quality import quality_routes
from services.console.api.records import record_routes
from services.console.api.regulations import regulation_routes
from services.console.api.reports import report_routes
from services.console.api.reviews import review_routes
from services.console.api.rooms import room_routes
from services.console.api.rules import rule_routes
from services.console.api.signing import signing_routes
from services.console.calls import Lines
from services.console.sessions import Sessions
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


def create_app(clients: Lines, place: Place, *, unsigned: Lines) -> FastAPI:
    """The console. `clients(service)` gives an HTTP client signed in as the console, for the board that anybody sees;
    `unsigned(service)` one to which the pages for staff add the token of whoever is signed in.
    """
    sessions = Sessions(unsigned)
    pages = Pages(place.association, place.mode)
    app = FastAPI(
        title="Shokai console",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(Gate(sessions))],
    )
    install_problems(app, "console", HERE / "api" / "problems.toml")
    install_pages(app, pages, sessions)
    reader = BoardReader(clients, place.clock, association=place.association, mode=place.mode)
    app.include_router(board_routes(reader))
    app.include_router(own_health_routes())
    app.include_router(check_routes(place.association, place.mode))
    for routes in (
        signing_routes,
        passkey_routes,
        home_routes,
        review_routes,
        death_routes,
        quality_routes,
        rule_routes,
        room_routes,
        log_routes,
        destruction_routes,
        record_routes,
        case_routes,
        disclosure_routes,
        checksheet_routes,
        finding_routes,
        regulation_routes,
        report_routes,
        incident_routes,
        provision_routes,
    ):
        app.include_router(routes(pages, sessions))
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    app.add_middleware(CallContext)
    return app
