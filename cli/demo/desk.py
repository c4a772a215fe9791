"""Desks at which the people of the demonstration work: signed-in HTTP clients that know the outside surface only."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx

from cli.demo.cast import Cast
from shared.ids import new_id

Seen = TypeVar("Seen")

PATIENCE_SECONDS = 120
AWAY = frozenset({httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.GATEWAY_TIMEOUT})
_LOOK_SECONDS = 0.05
_AWAY_SECONDS = 1.0


class Stuck(Exception):
    """The demonstration met an answer that it did not expect."""


class Desk:
    """One signed-in client. Calls raise Stuck unless they succeed, or end as `expect` says."""

    def __init__(self, http: httpx.AsyncClient, sign_in: Callable[[], Awaitable[str]]) -> None:
        self._http, self._sign_in, self._token = http, sign_in, ""

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        purpose: str = "",
        case: str = "",
        approval: str = "",
        expect: int | None = None,
    ) -> httpx.Response:
        """One call; a token that has run out is renewed once, and a service that is away for a moment waited for."""
        named = {"Shokai-Purpose": purpose, "Shokai-Case": case, "Shokai-Approval": approval}
        headers = {name: value for name, value in named.items() if value}
        if method in ("POST", "PUT"):
            headers["Idempotency-Key"] = new_id()
        if content is not None:
            headers["Content-Type"] = "application/octet-stream"
        answer = await self._send(method, path, json, content, headers)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._token = ""
            answer = await self._send(method, path, json, content, headers)
        end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while answer.status_code in AWAY and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(_AWAY_SECONDS)
            answer = await self._send(method, path, json, content, headers)
        if (answer.status_code != expect) if expect is not None else answer.is_error:
            raise Stuck(f"{method} {path.split('?')[0]}: {answer.status_code} {_problem(answer)}")
        return answer

    async def get(self, path: str, **more: Any) -> Any:
        """The JSON body of a GET."""
        return (await self.call("GET", path, **more)).json()

    async def post(self, path: str, json: Any = None, **more: Any) -> Any:
        """The JSON body of a POST, or None when there is none."""
        answer = await self.call("POST", path, json=json, **more)
        return answer.json() if answer.content else None

    async def items(self, path: str, **more: Any) -> list[dict[str, Any]]:
        """All items of a list, over all its pages."""
        items: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            joint = "&" if "?" in path else "?"
            body = await self.get(f"{path}{joint}limit=200" + (f"&cursor={cursor}" if cursor else ""), **more)
            items += body["items"]
            cursor = body.get("next_cursor")
        return items

    async def until(self, path: str, states: tuple[str, ...], **more: Any) -> dict[str, Any]:
        """Looks again until the thing is in one of these states."""

        async def look() -> dict[str, Any]:
            body: dict[str, Any] = await self.get(path, **more)
            return body

        return await _until(look, lambda body: body["state"] in states, f"GET {path}: not {' or '.join(states)}")

    async def until_listed(
        self, path: str, enough: Callable[[list[dict[str, Any]]], bool] = bool
    ) -> list[dict[str, Any]]:
        """Looks again until the list holds enough: one service may be told of a thing before another."""
        return await _until(lambda: self.items(path), enough, f"GET {path}: not all there")

    async def _send(
        self, method: str, path: str, json: Any, content: bytes | None, headers: dict[str, str]
    ) -> httpx.Response:
        if not self._token:
            self._token = await self._sign_in()
        signed = {**headers, "Authorization": f"Bearer {self._token}"}
        return await self._http.request(method, path, json=json, content=content, headers=signed)


def portal(http: httpx.AsyncClient, cast: Cast) -> Desk:
    """The portal of the corporate-pension network, which speaks for all plans."""

    async def sign_in() -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": "portal",
            "client_secret": cast.secret_of("clients", "portal"),
        }
        return _token(await http.post("/authority/v1/token", data=form))

    return Desk(http, sign_in)


def staff(http: httpx.AsyncClient, cast: Cast, staff_id: str, equipment_id: str) -> Desk:
    """A member of staff at a piece of equipment."""

    async def sign_in() -> str:
        body = {
            "staff_id": staff_id,
            "password": cast.secret_of("staff", staff_id),
            "equipment_id": equipment_id,
            "equipment_secret": cast.secret_of("equipment", equipment_id),
        }
        return _token(await http.post("/authority/v1/sessions", json=body))

    return Desk(http, sign_in)


async def approved(asks: Desk, decides: Desk, action: str, object_id: str, reason: str) -> str:
    """An approval that one person asks for and another gives."""
    wanted = {"action": action, "object": object_id, "reason": reason}
    approval = await asks.post("/authority/v1/approvals", wanted)
    await decides.post(
        f"/authority/v1/approvals/{approval['id']}/decision", {"approve": True, "reason": "確認しました"}
    )
    return str(approval["id"])


async def _until(look: Callable[[], Awaitable[Seen]], done: Callable[[Seen], bool], complaint: str) -> Seen:
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE_SECONDS
    while loop.time() < end:
        seen = await look()
        if done(seen):
            return seen
        await asyncio.sleep(_LOOK_SECONDS)
    raise Stuck(f"{complaint} in {PATIENCE_SECONDS} s")


def _token(answer: httpx.Response) -> str:
    if answer.is_error:
        raise Stuck(f"sign-in: {answer.status_code} {_problem(answer)}")
    return str(answer.json()["access_token"])


def _problem(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return ""
    return f"{body.get('code', '')} {body.get('errors', '')}".strip() if isinstance(body, dict) else ""
