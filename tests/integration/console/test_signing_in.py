"""A token is got once, kept until shortly before its end, and got anew where a service refuses it."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.console import signing_in
from services.console.signing_in import SignedIn, SignInFailed

KEY = Ed25519PrivateKey.generate()


class Authority:
    """Hands out numbered tokens and keeps the assertions."""

    def __init__(self, expires_in: int = 600, answer: httpx.Response | None = None) -> None:
        self.assertions: list[dict[str, Any]] = []
        self._expires_in = expires_in
        self._answer = answer

    @property
    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._token), base_url="http://authority")

    def _token(self, request: httpx.Request) -> httpx.Response:
        if self._answer is not None:
            return self._answer
        form = dict(httpx.QueryParams(request.content.decode()))
        claims = jwt.decode(form["client_assertion"], KEY.public_key(), ["EdDSA"], audience="shokai/authority")
        self.assertions.append(claims)
        number = len(self.assertions)
        return httpx.Response(200, json={"access_token": f"token-{number}", "expires_in": self._expires_in})


def service(authority: Authority, answer: Callable[[str], int]) -> httpx.AsyncClient:
    """A service that answers by the token it is shown."""

    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(answer(request.headers["Authorization"].removeprefix("Bearer ")))

    return httpx.AsyncClient(
        auth=SignedIn(KEY, authority.client), transport=httpx.MockTransport(handle), base_url="http://service"
    )


async def test_one_token_serves_many_calls() -> None:
    authority = Authority()
    async with service(authority, lambda token: 200 if token == "token-1" else 401) as client:
        answers = await asyncio.gather(*(client.get("/") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    (claims,) = authority.assertions
    assert (claims["iss"], claims["sub"]) == ("console", "console")
    assert claims["exp"] - claims["iat"] <= 60


async def test_a_refused_token_is_renewed_once_for_all_who_have_it() -> None:
    authority = Authority()
    async with service(authority, lambda token: 200 if token == "token-2" else 401) as client:
        await client.get("/")
        assert [(await client.get("/")).status_code for _ in range(3)] == [200, 200, 200]
    assert len(authority.assertions) == 2
    assert len({claims["jti"] for claims in authority.assertions}) == 2


async def test_a_service_that_refuses_every_token_is_asked_twice_only() -> None:
    authority = Authority()
    async with service(authority, lambda token: 401) as client:
        assert (await client.get("/")).status_code == 401
    assert len(authority.assertions) == 2


async def test_a_token_is_renewed_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    authority, now = Authority(expires_in=100), 0.0
    monkeypatch.setattr(signing_in, "monotonic", lambda: now)
    async with service(authority, lambda token: 200) as client:
        await client.get("/")
        now = 69.0
        await client.get("/")
        assert len(authority.assertions) == 1
        now = 71.0
        await client.get("/")
    assert len(authority.assertions) == 2


@pytest.mark.parametrize("answer", [httpx.Response(401), httpx.Response(200, text="x"), httpx.Response(200, json=[])])
async def test_authority_that_gives_none_is_told_apart(answer: httpx.Response) -> None:
    async with service(Authority(answer=answer), lambda token: 200) as client:
        with pytest.raises(SignInFailed):
            await client.get("/")
