"""The one address before all processes: the first step of the path says whose call it is. A process of its own.

`python -m tests.cluster.front PORT '{"intake": ["http://127.0.0.1:1234"], "": [...]}'`; "" is the console.
"""

import asyncio
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Final

import httpx
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

PER_SERVICE: Final = ("healthz", "readyz", "metrics", "openapi.json")
OF_ONE_HOP: Final = {"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "host"}
AWAY: Final = b'{"code":"service-away"}'


class Front:
    """Passes each call on to one of the processes of its service, the next one each time; bodies flow through."""

    def __init__(self, targets: Mapping[str, Sequence[str]]) -> None:
        self._targets = targets
        self._turn = count()
        # A line that is kept would break when a process is killed: each call has its own.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        timeouts = httpx.Timeout(None, connect=5)
        self._client = httpx.AsyncClient(limits=limits, timeout=timeouts, trust_env=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        request = Request(scope, receive)
        name, path = self._find(scope["raw_path"].decode("ascii"))
        query = scope["query_string"].decode("ascii")
        addresses, turn = self._targets.get(name, ()), next(self._turn)
        for at in range(len(addresses)):
            address = addresses[(turn + at) % len(addresses)]
            try:
                answer = await self._ask(request, f"{address}{path}{'?' if query else ''}{query}")
            except httpx.ConnectError:
                continue
            except (httpx.HTTPError, ClientDisconnect):
                break
            await _pass_back(answer, send)
            return
        await _tell_away(send)

    def _find(self, path: str) -> tuple[str, str]:
        name, _, rest = path.lstrip("/").partition("/")
        if name not in self._targets or not name:
            return "", path
        return name, f"/{rest}" if rest in PER_SERVICE else path

    async def _ask(self, request: Request, url: str) -> httpx.Response:
        headers = [(name, value) for name, value in request.headers.raw if name.decode() not in OF_ONE_HOP]
        has_body = {"content-length", "transfer-encoding"} & set(request.headers)
        body = request.stream() if has_body else None
        return await self._client.send(
            self._client.build_request(request.method, url, headers=headers, content=body), stream=True
        )


async def _pass_back(answer: httpx.Response, send: Send) -> None:
    headers = [(name.lower(), value) for name, value in answer.headers.raw if name.lower().decode() not in OF_ONE_HOP]
    try:
        await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
        async for chunk in answer.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        await asyncio.shield(answer.aclose())


async def _tell_away(send: Send) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(AWAY)).encode())]
    await send({"type": "http.response.start", "status": 502, "headers": headers})
    await send({"type": "http.response.body", "body": AWAY})


def main() -> None:
    """Serve until told to stop."""
    logging.basicConfig(level=logging.WARNING)
    port, targets = int(sys.argv[1]), json.loads(sys.argv[2])
    front = Front(targets)
    uvicorn.run(front, host="127.0.0.1", port=port, log_level="warning", access_log=False, lifespan="off")


if __name__ == "__main__":
    main()
