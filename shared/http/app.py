"""Builds a service's FastAPI application around its routers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI, HTTPException, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.auth.tokens import TokenVerifier
from shared.http.health import health_routes
from shared.http.problems import install_problems
from shared.ids import new_id
from shared.telemetry.tracing import enter_trace

# Files come by PUT, as streams with limits of their own; any other body is read whole before its token is looked at.
LARGEST_BODY: Final = 8 << 20
HEADERS: Final = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)


def service_app(
    parts: Any, *, title: str, problems: Path, routers: Sequence[APIRouter], tokens: TokenVerifier
) -> FastAPI:
    """The HTTP face of a service: its routes, problem details, health, metrics and OpenAPI document."""
    app = FastAPI(title=title, version="1", openapi_url="/openapi.json", docs_url=None, redoc_url=None)
    app.state.parts = parts
    app.state.tokens = tokens
    install_problems(app, parts.name, problems)
    for router in (*routers, health_routes(parts)):
        app.include_router(router)
    app.add_middleware(CallContext)
    return app


def parts_of(request: Request) -> Any:
    """The parts of the service that serves this request; for Depends."""
    return request.app.state.parts


class CallContext:
    """Gives each call its ids and each answer the headers that keep it out of caches and frames."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        enter_trace(headers.get(b"traceparent", b"").decode("latin-1"))
        scope.setdefault("state", {})["request_id"] = new_id()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(pair for pair in HEADERS if pair[0] not in present)]
            await send(message)

        bounded = receive if scope["method"] == "PUT" else _bounded(receive)
        await self._app(scope, bounded, send_with_headers)


def _bounded(receive: Receive) -> Receive:
    """The same body, which may not grow beyond what any call of ours can need."""
    received = 0

    async def receive_bounded() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > LARGEST_BODY:
            raise HTTPException(413)
        return message

    return receive_bounded
