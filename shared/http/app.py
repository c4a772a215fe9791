"""Builds a service's FastAPI application around its routers."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from fastapi import APIRouter, FastAPI, HTTPException, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.auth.tokens import TokenVerifier
from shared.http.health import health_routes
from shared.http.problems import install_problems
from shared.ids import new_id
from shared.telemetry.metrics import metrics_of
from shared.telemetry.tracing import Span, enter_trace, span
from shared.telemetry.words import NO_ROUTE

# Files come by PUT, as streams with limits of their own; any other body is read whole before its token is looked at.
LARGEST_BODY: Final = 8 << 20
# Asked by machines every few seconds: neither timed nor traced.
UNWATCHED: Final = frozenset({"/healthz", "/readyz", "/metrics"})
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
    app.add_middleware(CallContext, service=parts.name)
    return app


def parts_of(request: Request) -> Any:
    """The parts of the service that serves this request; for Depends."""
    return request.app.state.parts


class CallContext:
    """Gives each call its ids, a span and a time, and each answer the headers that keep it out of caches and frames."""

    def __init__(self, app: ASGIApp, service: str = "console") -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})["request_id"] = new_id()
        call = _Call(scope, send)
        bounded = receive if scope["method"] == "PUT" else _bounded(receive)
        if scope["path"] in UNWATCHED:
            await self._app(scope, bounded, call.send)
            return
        call.traceparent = _traceparent(scope)
        try:
            with span("http.call", parent=call.traceparent, kind="server", service=self._service) as opened:
                call.traceparent = opened.traceparent
                try:
                    await self._app(scope, bounded, call.send)
                finally:
                    call.tell(opened, self._service)
        except Exception:
            # The handler of unforeseen errors stands outside; its answer and its log line belong to this trace.
            enter_trace(call.traceparent or "")
            raise


class _Call:
    """One call on its way: what was answered, and how long that took."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._status = 500
        self._started = perf_counter()
        self.traceparent: str | None = None

    async def send(self, message: Message) -> None:
        """Send a part of the answer, with our headers where it has none of its own."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            present = {name.lower() for name, _ in message["headers"]}
            message["headers"] = [*message["headers"], *(pair for pair in HEADERS if pair[0] not in present)]
        await self._send(message)

    def tell(self, opened: Span, service: str) -> None:
        """Note it with its route's template: the path itself is full of identifiers."""
        method, route = self._scope["method"], getattr(self._scope.get("route"), "path", NO_ROUTE)
        opened.rename(method, route)
        opened.note(method=method, route=route, status=self._status)
        if self._status >= 500:
            opened.fail()
        metrics_of(service).answered(method, route, self._status, perf_counter() - self._started)


def _traceparent(scope: Scope) -> str | None:
    """The trace that came in; without one, a call from inside this process goes on with its caller's."""
    found = dict(scope["headers"]).get(b"traceparent")
    return None if found is None else found.decode("latin-1")


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
