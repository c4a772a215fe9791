"""Problem details (RFC 9457): a stable code, a title in both languages, what to do next; never what was sent."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.refusals import Refusal
from shared.telemetry.logs import cause_of, log
from shared.telemetry.tracing import current_trace_id

COMMON: Final = Path(__file__).with_name("problems.toml")
MEDIA_TYPE: Final = "application/problem+json"
ERRORS_TOLD: Final = 50
BY_STATUS: Final = {404: "no-such-path", 405: "method-not-allowed", 413: "too-large"}
_OUR_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """One row of the catalogue."""

    code: str
    status: int
    ja: str
    en: str
    next_ja: str
    next_en: str

    def body(self, facts: Mapping[str, Any], errors: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
        """The problem document, with the facts that the refusal brought."""
        document: dict[str, Any] = {
            "type": f"urn:shokai:problem:{self.code}",
            "title": f"{self.ja} / {self.en}",
            "status": self.status,
            "detail": f"{self.next_ja} / {self.next_en}",
            "code": self.code,
            "titles": {"ja": self.ja, "en": self.en},
            "next": {"ja": self.next_ja, "en": self.next_en},
            "trace_id": current_trace_id(),
        }
        if facts:
            document["facts"] = dict(facts)
        if errors:
            document["errors"] = list(errors)
        return document


def read_problems(table: Path) -> dict[str, Problem]:
    """A catalogue file, by code."""
    rows = tomllib.loads(table.read_text("utf-8"))["problems"]
    return {code: Problem(code=code, **row) for code, row in rows.items()}


def install_problems(app: FastAPI, service: str, table: Path) -> None:
    """Make every error of the app a problem document of the catalogue."""
    catalogue = read_problems(COMMON) | read_problems(table)
    logger = log(service)

    def answer(
        code: str,
        facts: Mapping[str, Any] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> JSONResponse:
        problem = catalogue[code]
        sent = dict(headers or {})
        if problem.status == 401:
            sent["WWW-Authenticate"] = "Bearer"
        if problem.status == 503:
            sent["Retry-After"] = "5"
        return JSONResponse(problem.body(facts or {}, errors), problem.status, sent, media_type=MEDIA_TYPE)

    @app.exception_handler(Refusal)
    async def _refused(request: Request, refusal: Refusal) -> JSONResponse:
        if refusal.code not in catalogue:
            logger.error("http.refusal.uncatalogued", code=refusal.code)
            return answer("internal")
        return answer(refusal.code, refusal.facts)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, invalid: RequestValidationError) -> JSONResponse:
        told = invalid.errors()[:ERRORS_TOLD]
        errors = [{"pointer": _pointer(error["loc"], error["type"]), "rule": str(error["type"])} for error in told]
        return answer("invalid-input", errors=errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        return answer(BY_STATUS.get(error.status_code, "bad-request"), headers=error.headers)

    @app.exception_handler(Exception)
    async def _internal(request: Request, error: Exception) -> JSONResponse:
        logger.error("http.internal", cause=cause_of(error), method=request.method)
        return answer("internal")


def _pointer(location: Sequence[Any], rule: str) -> str:
    """Where in the input, as far as the names are ours: a key that the caller made up is not echoed."""
    known = location[:-1] if rule == "extra_forbidden" else location
    return "/" + "/".join(str(step)[:40] for step in known if isinstance(step, int) or _OUR_NAME.fullmatch(str(step)))
