"""How a process listens: plain behind a proxy, or with TLS of its own; and whose certificates a caller may show."""

import base64
import binascii
import ssl
from collections.abc import Callable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, Final, Protocol

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.auth.certificates import show

CLIENT_CERT: Final = b"client-cert"
Network = IPv4Network | IPv6Network


class Listening(Protocol):
    """The settings of a process that listens."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def drain_seconds(self) -> int: ...
    @property
    def tls_cert_file(self) -> Path | None: ...
    @property
    def tls_key_file(self) -> Path | None: ...
    @property
    def tls_client_ca_file(self) -> Path | None: ...
    @property
    def trusted_proxies(self) -> str: ...


def listening(app: ASGIApp, settings: Listening) -> uvicorn.Config:
    """The web server's settings; ValueError where the trusted proxies cannot be read."""
    proxies = networks(settings.trusted_proxies)
    config: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "log_config": None,
        "access_log": False,
        "lifespan": "off",
        "timeout_graceful_shutdown": settings.drain_seconds,
    }
    if proxies:
        # Else the server would show us the address that a caller says it has, and we would trust that one.
        config["proxy_headers"] = False
    if settings.tls_cert_file is not None:
        config |= {
            "http": WithCertificate,
            "ssl_certfile": settings.tls_cert_file,
            "ssl_keyfile": settings.tls_key_file,
            "ssl_context_factory": _newest_only(settings.tls_client_ca_file),
        }
    return uvicorn.Config(ClientCertificates(app, proxies), **config)


def networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks with commas between them."""
    return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())


class ClientCertificates:
    """Takes the header Client-Cert (RFC 9440) from proxies that are trusted, and from nobody else."""

    def __init__(self, app: ASGIApp, trusted: Sequence[Network]) -> None:
        self._app = app
        self._trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            told = [value for name, value in scope["headers"] if name == CLIENT_CERT]
            if told:
                scope["headers"] = [pair for pair in scope["headers"] if pair[0] != CLIENT_CERT]
            if self._trusts(scope):
                # What a trusted proxy shows in its own handshake is the proxy's, not the caller's.
                _show(scope, told[0] if len(told) == 1 else b"")
        await self._app(scope, receive, send)

    def _trusts(self, scope: Scope) -> bool:
        if not self._trusted or not scope.get("client"):
            return False
        peer = ip_address(scope["client"][0])
        return any(peer in network for network in self._trusted)


class WithCertificate(HttpToolsProtocol):
    """Tells the application which certificate its caller has shown (ASGI's TLS extension)."""

    def on_message_begin(self) -> None:
        """Each request of a connection bears the certificate of its handshake."""
        super().on_message_begin()
        connection = self.transport.get_extra_info("ssl_object")
        show(self.scope, connection.getpeercert(binary_form=True) if connection is not None else None)  # type: ignore[arg-type]


def _show(scope: Scope, told: bytes) -> None:
    """A structured field of bytes, `:base64:`; what is not one, or holds no certificate, shows nothing."""
    try:
        der = base64.b64decode(told.strip().strip(b":"), validate=True)
        show(scope, der)
    except (binascii.Error, ValueError):
        show(scope, None)


def _newest_only(client_ca: Path | None) -> Callable[[uvicorn.Config, Callable[[], ssl.SSLContext]], ssl.SSLContext]:
    def make(_: uvicorn.Config, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
        context = default()
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if client_ca is not None:
            context.verify_mode = ssl.CERT_OPTIONAL
            context.load_verify_locations(client_ca)
        return context

    return make
