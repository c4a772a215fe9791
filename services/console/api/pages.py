"""Draws the pages for staff: one frame, strict headers, and errors as words with what to do next."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.exceptions import HTTPException

from services.console.api.gate import READING, on_loopback, word_of
from services.console.calls import ServiceAway, ServiceRefused
from services.console.domain.navigation import offered
from services.console.domain.words import in_words
from services.console.sessions import Session, Sessions
from shared.auth.acts import act_rules
from shared.calendar.clock import JST
from shared.http.problems import BY_STATUS, COMMON, read_problems
from shared.ids import new_id
from shared.refusals import Refusal

HERE: Final = Path(__file__).parent
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TEMPLATES: Final = Environment(
    loader=FileSystemLoader(HERE.parent / "templates"),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENDS_SESSION: Final = frozenset({"session-ended", "token-invalid", "token-expired", "token-missing"})
YEAR_SECONDS: Final = 31_536_000


class Pages:
    """Renders templates for whoever is signed in. Nothing that it renders may be kept by a browser or a proxy."""

    def __init__(self, association: str, mode: str) -> None:
        self._association = association
        self._mode = mode
        self._catalogue = read_problems(COMMON) | read_problems(HERE / "problems.toml")

    def show(self, request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """The page as HTML; `values` are the template's own."""
        session = getattr(request.state, "session", None)
        frame = {
            "association": self._association or "企業年金連合会",
            "mode": self._mode,
            "session": session,
            "entries": offered(session.team, _teams()) if session else (),
            "path": request.url.path,
            "once": new_id(),
            "may": lambda act: session is not None and self.may(session, act),
        }
        page = TEMPLATES.get_template(template).render(frame | values)
        return HTMLResponse(page, status, page_headers(request))

    def may(self, person: Session, act: str) -> bool:
        """Whether the person's team stands in the act's row of the access matrix; the rest, the service looks at."""
        return person.team in act_rules()[act].teams

    def own_problem(self, code: str) -> dict[str, Any]:
        """A problem document of the console's own catalogue."""
        return self._catalogue[code].body({})

    def problem(self, request: Request, status: int, problem: Mapping[str, Any], **more: Any) -> HTMLResponse:
        """What went wrong, in words; `problem` is a problem document."""
        return self.show(request, "problem.html", status=status, problem=problem, **more)


def page_headers(request: Request) -> dict[str, str]:
    """What keeps a page out of caches and frames, free of foreign scripts, and on TLS except on loopback."""
    # A page without any referrer would send forms with the origin "null", which names no page of ours.
    headers = {
        "Content-Security-Policy": CSP,
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return headers if on_loopback(request) else headers | {"Strict-Transport-Security": f"max-age={YEAR_SECONDS}"}


def _teams() -> dict[str, frozenset[str]]:
    return {name: rule.teams for name, rule in act_rules().items()}


def install_pages(app: FastAPI, pages: Pages, sessions: Sessions) -> None:
    """Make every error of the application a page in words."""

    def own(request: Request, code: str, **more: Any) -> HTMLResponse:
        problem = pages.own_problem(code)
        return pages.problem(request, problem["status"], problem, **more)

    @app.exception_handler(Refusal)
    async def _refused(request: Request, refusal: Refusal) -> Response:
        if refusal.code == "signed-out" and request.method in READING and not word_of(request):
            return RedirectResponse("/sign-in", 303, headers=page_headers(request))
        return own(request, refusal.code)

    @app.exception_handler(ServiceRefused)
    async def _service_refused(request: Request, refused: ServiceRefused) -> Response:
        session = getattr(request.state, "session", None)
        if session is not None and refused.code in ENDS_SESSION:
            sessions.forget(session)
            request.state.session = None
        return pages.problem(request, refused.status, refused.problem)

    @app.exception_handler(ServiceAway)
    async def _away(request: Request, away: ServiceAway) -> Response:
        return own(request, "service-away", away=away.service)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, invalid: RequestValidationError) -> Response:
        return own(request, "invalid-input")

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return own(request, BY_STATUS.get(error.status_code, "bad-request"))


def when(text: str | None) -> str:
    """An instant as Japan's clock shows it, to the minute."""
    return datetime.fromisoformat(text).astimezone(JST).strftime("%Y-%m-%d %H:%M") if text else "—"


def seen(text: str) -> str:
    """Differing characters with their blanks made visible."""
    return text.replace(" ", "␣").replace("\u3000", "□")


TEMPLATES.filters.update(when=when, seen=seen)
TEMPLATES.globals.update(words=in_words)
