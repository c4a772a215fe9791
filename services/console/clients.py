"""The console's lines to the services, each with a time-out: signed in as the console, or for a person's own token."""

from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext
from types import TracebackType
from typing import Final, Self

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.console.signing_in import SignedIn
from shared.hosting.addresses import Addresses

CONNECT_SECONDS: Final = 2.0
READS: Final = ("intake", "matcher", "audit")
FOR_STAFF: Final = ("authority", "intake", "matcher", "media", "audit")


class ServiceClients:
    """Keeps its lines for as long as it is entered; calling it gives the client of a service."""

    def __init__(self, addresses: Addresses, key: Ed25519PrivateKey, *, answer_seconds: float) -> None:
        self._waits = httpx.Timeout(answer_seconds, connect=min(CONNECT_SECONDS, answer_seconds))
        authority = httpx.AsyncClient(base_url=addresses.of("authority"), timeout=self._waits)
        signed_in = SignedIn(key, authority)
        self._authority = authority
        self._clients = {
            service: httpx.AsyncClient(base_url=addresses.of(service), auth=signed_in, timeout=self._waits)
            for service in READS
        }
        self._unsigned = {
            service: httpx.AsyncClient(base_url=addresses.of(service), timeout=self._waits) for service in FOR_STAFF
        }
        self._open = AsyncExitStack()

    def __call__(self, service: str) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        """The client stays open after its use."""
        return nullcontext(self._clients[service])

    def unsigned(self, service: str) -> AbstractAsyncContextManager[httpx.AsyncClient]:
        """The same without any credentials of the console."""
        return nullcontext(self._unsigned[service])

    async def __aenter__(self) -> Self:
        for client in (self._authority, *self._clients.values(), *self._unsigned.values()):
            await self._open.enter_async_context(client)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._open.aclose()
