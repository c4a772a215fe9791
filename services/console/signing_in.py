"""How the console proves who it is: authority gives it a short token for an assertion that it signs."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Final

import httpx
import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from shared.auth.tokens import ALGORITHM, ISSUER
from shared.calendar.clock import SystemClock
from shared.ids import new_id
from shared.refusals import Refusal

NAME: Final = "console"
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE: Final = timedelta(seconds=60)
EARLY_SECONDS: Final = 30
"""A token is renewed so long before its end, so that none ends on its way."""


class SignInFailed(Exception):
    """Authority does not answer, or does not know the console's key."""


class SignedIn(httpx.Auth):
    """Adds the console's token to each call; gets a new one before it ends, and where a service refuses it."""

    def __init__(self, key: Ed25519PrivateKey, authority: httpx.AsyncClient) -> None:
        self._key = key
        self._authority = authority
        self._clock = SystemClock()
        self._one = asyncio.Lock()
        self._token = ""
        self._good_until = 0.0

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """The call, and once more with a new token where the first was refused."""
        used = await self._current()
        request.headers["Authorization"] = f"Bearer {used}"
        answer = yield request
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            request.headers["Authorization"] = f"Bearer {await self._current(refused=used)}"
            yield request

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """The console calls nobody in a blocking way."""
        raise RuntimeError("for asynchronous clients only")

    async def _current(self, refused: str = "") -> str:
        async with self._one:
            if self._token == refused or monotonic() > self._good_until:
                await self._renew()
            return self._token

    async def _renew(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(),
        }
        try:
            answer = await self._authority.post("/authority/v1/token", data=form)
            answer.raise_for_status()
            issued = answer.json()
            self._token = str(issued["access_token"])
            self._good_until = monotonic() + max(1.0, float(issued["expires_in"]) - EARLY_SECONDS)
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as failed:
            raise SignInFailed from failed

    def _assertion(self) -> str:
        now = self._clock.now()
        claims = {"iss": NAME, "sub": NAME, "aud": ISSUER, "jti": new_id(), "iat": now, "exp": now + ASSERTION_LIFE}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)


def read_key(file: Path | None) -> Ed25519PrivateKey:
    """The console's private key. Refusal `console-key-missing` where there is none, or not of that kind."""
    try:
        key = load_pem_private_key(file.read_bytes(), None) if file is not None else None
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as wrong:
        raise Refusal("console-key-missing") from wrong
    if not isinstance(key, Ed25519PrivateKey):
        raise Refusal("console-key-missing")
    return key


def make_key(private: Path, public: Path) -> None:
    """Draw a key pair where there is no private key yet; the public half is written anew each time."""
    if not private.exists():
        drawn = Ed25519PrivateKey.generate()
        private.touch(mode=0o600)
        private.write_bytes(drawn.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    told = read_key(private).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    fresh = public.with_suffix(".new")
    fresh.write_bytes(told)
    fresh.replace(public)
