"""The front page: the cycle board, drawn on the server and refreshed in place."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

import httpx
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.console.api.pages import CSP, TEMPLATES
from services.console.calls import Lines
from services.console.domain.board import (
    KINDS,
    SERVICES,
    STAGES,
    CycleBoard,
    Json,
    age_in_words,
    cycle_board,
    shown,
)
from services.console.signing_in import SignInFailed
from shared.calendar.clock import JST, Clock
from shared.telemetry.logs import cause_of, log

Found = TypeVar("Found")

CYCLES_SHOWN: Final = 3
PAGE_SIZE: Final = 1000


class BoardReader:
    """Reads what the board shows from the services' APIs."""

    def __init__(self, clients: Lines, clock: Clock, *, association: str, mode: str) -> None:
        self._clients = clients
        self._clock = clock
        self._association = association
        self._mode = mode

    async def read(self) -> dict[str, Any]:
        """Everything the template needs. What a service that does not answer would have told is None."""
        now = self._clock.now()
        look = _Look(self._clients)
        cycles, plans, summary = await asyncio.gather(
            look.list("intake", "/intake/v1/cycles"),
            look.list("intake", "/intake/v1/plans"),
            look.get("audit", "/audit/v1/summary"),
        )
        by_number = {str(plan["number"]): plan for plan in plans or ()}
        newest = shown(cycles, CYCLES_SHOWN) if cycles is not None else []
        boards = await asyncio.gather(*(self._cycle(look, cycle, by_number) for cycle in newest))
        return {
            "association": self._association,
            "mode": self._mode,
            "now": now.astimezone(JST),
            "boards": [board for board in boards if board is not None],
            "stages": STAGES,
            "kinds": KINDS,
            "audit": summary,
            "checkpoint_age": age_in_words(summary["log"].get("checkpoint_at") if summary else None, now),
            "away": [(service, ja) for service, ja in SERVICES if service in look.away],
        }

    async def _cycle(self, look: "_Look", cycle: Json, plans: dict[str, Any]) -> CycleBoard | None:
        name = str(cycle["cycle"])
        requests, made = await asyncio.gather(
            look.list("intake", "/intake/v1/requests", cycle=name),
            look.list("matcher", "/matcher/v1/batches", cycle=name),
        )
        if requests is None:
            return None
        batches = await asyncio.gather(*(look.get("matcher", f"/matcher/v1/batches/{one['id']}") for one in made or ()))
        known = [batch for batch in batches if batch is not None]
        complete = made is not None and len(known) == len(made)
        today = self._clock.now().astimezone(JST).date()
        return cycle_board(cycle, requests, plans, known if complete else None, today)


class _Look:
    """One look at the services; remembers who did not answer, and asks those no more."""

    def __init__(self, clients: Lines) -> None:
        self._clients = clients
        self.away: set[str] = set()

    async def list(self, service: str, path: str, **query: str) -> Sequence[Any] | None:
        """All items of a list, over all its pages."""

        async def read(client: httpx.AsyncClient) -> Sequence[Any]:
            items: list[Any] = []
            cursor = ""
            while True:
                asked = {**query, "limit": str(PAGE_SIZE)} | ({"cursor": cursor} if cursor else {})
                page = (await client.get(path, params=asked)).raise_for_status().json()
                items.extend(page["items"])
                cursor = page.get("next_cursor") or ""
                if not cursor:
                    return items

        return await self._answer(service, read)

    async def get(self, service: str, path: str) -> dict[str, Any] | None:
        """One thing."""

        async def read(client: httpx.AsyncClient) -> dict[str, Any]:
            return dict((await client.get(path)).raise_for_status().json())

        return await self._answer(service, read)

    async def _answer(self, service: str, read: Callable[[httpx.AsyncClient], Awaitable[Found]]) -> Found | None:
        if service in self.away:
            return None
        try:
            async with self._clients(service) as client:
                return await read(client)
        except SignInFailed:
            self.away |= {"authority", service}
        except (httpx.HTTPError, ValueError, KeyError) as failed:
            log("console").warning("console.service.away", code=service, cause=cause_of(failed))
            self.away.add(service)
        return None


def board_routes(reader: BoardReader) -> APIRouter:
    """`/` is the page; `/board` is its live part alone. Neither shows a person."""
    router = APIRouter(include_in_schema=False)

    async def render(template: str) -> HTMLResponse:
        page = TEMPLATES.get_template(template).render(await reader.read())
        return HTMLResponse(page, headers={"Content-Security-Policy": CSP})

    @router.get("/")
    async def front(request: Request) -> HTMLResponse:
        return await render("front.html")

    @router.get("/board")
    async def live_part(request: Request) -> HTMLResponse:
        return await render("board.html")

    return router
