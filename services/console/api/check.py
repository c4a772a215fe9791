"""The check at the plan's desk, as a page: the browser runs the rules, and nothing of the file leaves it."""

import hashlib
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from services.console.api.pages import TEMPLATES, page_headers
from shared.check.bundle import bundle
from shared.check.renderings.as_html import report_style
from shared.layouts import kind_name, layout

WORKER: Final = (Path(__file__).parents[1] / "workers" / "check.js").read_bytes()
PAGE_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; worker-src 'self'; connect-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A worker lives under its own policy. Python in the browser is WebAssembly; it may load from here, and only load.
WORKER_CSP: Final = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"


def page_html(association: str = "", mode: str = "production") -> str:
    """The page, the same for everybody."""
    shown = {
        "association": association or "企業年金連合会",
        "mode": mode,
        "kinds": {kind_name(code): words for code, words in layout("pfa-request-1").codes("kind").items()},
        "digest": hashlib.sha256(bundle()).hexdigest(),
    }
    return TEMPLATES.get_template("check.html").render(shown)


def check_routes(association: str, mode: str) -> APIRouter:
    """The page and what it loads. All of it is public and the same for everybody."""
    router = APIRouter(prefix="/check", tags=["check"])
    program, shown = bundle(), page_html(association, mode)

    @router.get("", response_class=HTMLResponse)
    async def page(request: Request) -> HTMLResponse:
        """The page itself."""
        headers = page_headers(request) | {"Content-Security-Policy": PAGE_CSP, "Referrer-Policy": "no-referrer"}
        return HTMLResponse(shown, headers=headers)

    @router.get("/worker.js", response_class=Response)
    async def worker() -> Response:
        """The thread in which the check runs."""
        headers = {"Content-Security-Policy": WORKER_CSP, "Cache-Control": "no-cache"}
        return Response(WORKER, media_type="text/javascript", headers=headers)

    @router.get("/report.css", response_class=Response)
    async def style() -> Response:
        """The style of the report, as in the reports that are saved."""
        return Response(report_style(), media_type="text/css", headers={"Cache-Control": "no-cache"})

    @router.get("/shokai-check.pyz", response_class=Response)
    async def rules() -> Response:
        """The rules, and a program of its own."""
        return Response(program, media_type="application/zip", headers={"Cache-Control": "no-cache"})

    return router
