"""Calls to the services, and what comes back as words for a page: an answer, a refusal, nobody there."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

import httpx

from shared.telemetry.logs import cause_of, log

Lines = Callable[[str], AbstractAsyncContextManager[httpx.AsyncClient]]
"""Gives an HTTP client of a service by its name."""
Json = Mapping[str, Any]

NOBODY: Final = frozenset({502, 503, 504})
PAGE_SIZE: Final = 1000
PAPER: Final = "application/pdf"


class ServiceAway(Exception):
    """A service does not answer, or answers nothing that can be read."""

    def __init__(self, service: str) -> None:
        super().__init__(service)
        self.service = service


class ServiceRefused(Exception):
    """A service refused; `problem` is its problem document (RFC 9457) with titles in both languages."""

    def __init__(self, status: int, problem: Json) -> None:
        super().__init__(str(problem.get("code", status)))
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        """The problem's stable code."""
        return str(self.problem["code"])


async def ask(lines: Lines, service: str, method: str, path: str, **more: Any) -> Any:
    """What a service answers: JSON, a paper as bytes, None for nothing. Raises ServiceAway and ServiceRefused."""
    try:
        async with lines(service) as client:
            answer = await client.request(method, path, **more)
        if answer.is_success:
            return _read(answer)
        problem = answer.json()
    except (httpx.HTTPError, ValueError) as failed:
        log("console").warning("console.service.away", code=service, cause=cause_of(failed))
        raise ServiceAway(service) from failed
    if answer.status_code in NOBODY or not isinstance(problem, dict) or not {"code", "titles"} <= problem.keys():
        raise ServiceAway(service)
    raise ServiceRefused(answer.status_code, problem)


def _read(answer: httpx.Response) -> Any:
    """JSON as data, a paper as its bytes, nothing as None."""
    if answer.headers.get("content-type", "") == PAPER:
        return answer.content
    return answer.json() if answer.content else None


class AsPerson:
    """Calls services with the token of one signed-in person, so that access records name them."""

    def __init__(self, lines: Lines, token: str) -> None:
        self._lines = lines
        self._headers = {"Authorization": f"Bearer {token}"}

    async def get(self, path: str, *, purpose: str = "", case: str = "", **query: str) -> Any:
        """What stands at `path`; its first step is the service. Personal data need a purpose and the case it serves."""
        stated = {"Shokai-Purpose": purpose, "Shokai-Case": case} if purpose else {}
        asked = {name: value for name, value in query.items() if value}
        return await self._ask("GET", path, headers=stated, params=asked)

    async def items(self, path: str, **query: str) -> list[Any]:
        """All items of a list, over all its pages."""
        found: list[Any] = []
        cursor = ""
        while True:
            page = await self.get(path, limit=str(PAGE_SIZE), cursor=cursor, **query)
            found.extend(page["items"])
            cursor = page.get("next_cursor") or ""
            if not cursor:
                return found

    async def post(self, path: str, body: Json | None = None, *, once: str = "", approval: str = "", **why: str) -> Any:
        """Send an order; the same `once` makes a repeat harmless. `why`: purpose and case."""
        stated = {
            f"Shokai-{name.capitalize()}": value for name, value in {**why, "approval": approval}.items() if value
        }
        if once:
            stated["Idempotency-Key"] = once
        return await self._ask("POST", path, headers=stated, json=dict(body or {}))

    async def delete(self, path: str) -> Any:
        """Take something back."""
        return await self._ask("DELETE", path, headers={})

    async def _ask(self, method: str, path: str, *, headers: Mapping[str, str], **more: Any) -> Any:
        service = path.split("/")[1]
        return await ask(self._lines, service, method, path, headers={**self._headers, **headers}, **more)
