"""One port for all services: the first step of the path says whose call it is."""

from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

PER_SERVICE = ("healthz", "readyz", "metrics", "openapi.json")


class Dispatch:
    """`/intake/v1/...` goes to intake unchanged, `/intake/healthz` to that service's own; all else to the front."""

    def __init__(self, apps: Mapping[str, ASGIApp], *, front: ASGIApp) -> None:
        self._apps = apps
        self._front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._front(scope, receive, send)
            return
        name, _, rest = scope["path"].lstrip("/").partition("/")
        app = self._apps.get(name)
        if app is None:
            await self._front(scope, receive, send)
            return
        if rest in PER_SERVICE:
            scope = {**scope, "path": f"/{rest}", "raw_path": f"/{rest}".encode()}
        await app(scope, receive, send)
