"""The front page: the cycle board, drawn on the server and refreshed in place."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, select_autoescape

from services.console.domain.board import KINDS, STAGES, CycleBoard, Json, age_in_words, cycle_board, shown
from shared.calendar.clock import JST, Clock

Clients = Callable[[str], httpx.AsyncClient]

CYCLES_SHOWN: Final = 3
PAGE_SIZE: Final = 1000
CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
)


class BoardReader:
    """Reads what the board shows from the services' APIs."""

    def __init__(self, clients: Clients, clock: Clock, *, association: str, mode: str) -> None:
        self._clients = clients
        self._clock = clock
        self._association = association
        self._mode = mode

    async def read(self) -> dict[str, Any]:
        """Everything the template needs."""
        now = self._clock.now()
        cycles, plans, summary = await asyncio.gather(
            self._list("intake", "/intake/v1/cycles"),
            self._list("intake", "/intake/v1/plans"),
            self._get("audit", "/audit/v1/summary"),
        )
        by_number = {str(plan["number"]): plan for plan in plans}
        boards = await asyncio.gather(*(self._cycle(cycle, by_number) for cycle in shown(cycles, CYCLES_SHOWN)))
        return {
            "association": self._association,
            "mode": self._mode,
            "now": now.astimezone(JST),
            "boards": boards,
            "stages": STAGES,
            "kinds": KINDS,
            "audit": summary,
            "checkpoint_age": age_in_words(summary["log"].get("checkpoint_at"), now),
        }

    async def _cycle(self, cycle: Json, plans: dict[str, Any]) -> CycleBoard:
        name = str(cycle["cycle"])
        requests, made = await asyncio.gather(
            self._list("intake", "/intake/v1/requests", cycle=name),
            self._list("matcher", "/matcher/v1/batches", cycle=name),
        )
        batches = await asyncio.gather(*(self._get("matcher", f"/matcher/v1/batches/{one['id']}") for one in made))
        return cycle_board(cycle, requests, plans, batches, self._clock.now().astimezone(JST).date())

    async def _list(self, service: str, path: str, **query: str) -> Sequence[Any]:
        items: list[Any] = []
        cursor = ""
        async with self._clients(service) as client:
            while True:
                asked = {**query, "limit": str(PAGE_SIZE)} | ({"cursor": cursor} if cursor else {})
                answer = await client.get(path, params=asked)
                answer.raise_for_status()
                page = answer.json()
                items.extend(page["items"])
                cursor = page.get("next_cursor") or ""
                if not cursor:
                    return items

    async def _get(self, service: str, path: str) -> dict[str, Any]:
        async with self._clients(service) as client:
            answer = await client.get(path)
            answer.raise_for_status()
            return dict(answer.json())


def board_routes(reader: BoardReader) -> APIRouter:
    """`/` is the page; `/board` is its live part alone. Neither shows a person."""
    router = APIRouter(include_in_schema=False)

    async def render(template: str) -> HTMLResponse:
        page = TEMPLATES.get_template(template).render(await reader.read())
        return HTMLResponse(page, headers={"Content-Security-Policy": CSP})

    @router.get("/healthz")
    async def alive() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/")
    async def front(request: Request) -> HTMLResponse:
        return await render("front.html")

    @router.get("/board")
    async def live_part(request: Request) -> HTMLResponse:
        return await render("board.html")

    return router
