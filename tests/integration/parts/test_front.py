"""The front of the cluster: whose call it is, bodies that flow, processes that are away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
import pytest
import pytest_asyncio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.cluster.front import Front
from tests.parts.keeper import free_port


def upstream(name: str) -> Starlette:
    """Tells what it was asked, sends bodies back in pieces."""

    async def told(request: Request) -> Response:
        query = f"?{request.url.query}" if request.url.query else ""
        headers = [("x-name", name), ("set-cookie", "a=1"), ("set-cookie", "b=2")]
        response = Response(f"{name} {request.method} {request.url.path}{query}", 201)
        response.raw_headers += [(key.encode(), value.encode()) for key, value in headers]
        return response

    async def mirror(request: Request) -> Response:
        body = await request.body()

        async def pieces() -> AsyncIterator[bytes]:
            for at in range(0, len(body), 70_000):
                yield body[at : at + 70_000]

        return StreamingResponse(pieces(), headers={"x-sent": request.headers.get("content-length", "none")})

    async def breaks(request: Request) -> Response:
        async def body() -> AsyncIterator[bytes]:
            yield b"half"
            await asyncio.sleep(0.1)
            raise RuntimeError

        return StreamingResponse(body(), headers={"content-length": "8"})

    return Starlette(
        routes=[
            Route("/intake/v1/mirror", mirror, methods=["PUT"]),
            Route("/intake/v1/breaks", breaks),
            Route("/{path:path}", told, methods=["GET", "POST", "DELETE"]),
        ]
    )


class Quiet(uvicorn.Server):
    """Leaves the signals to the tests."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    port = free_port()
    server = Quiet(uvicorn.Config(app, port=port, log_level="critical", lifespan="off", timeout_graceful_shutdown=2))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await running


@pytest_asyncio.fixture
async def front() -> AsyncIterator[httpx.AsyncClient]:
    """Two intakes, of which a third is away, a console, and a matcher that is away altogether."""
    away = f"http://127.0.0.1:{free_port()}"
    async with served(upstream("one")) as one, served(upstream("two")) as two, served(upstream("console")) as console:
        targets = {"intake": [one, away, two], "matcher": [away], "": [console]}
        async with served(Front(targets)) as address, httpx.AsyncClient(base_url=address, timeout=20) as client:
            yield client


async def test_the_first_step_says_whose_call_it_is(front: httpx.AsyncClient) -> None:
    asked = await front.get("/intake/v1/requests/%E7%85%A7?cursor=a%2Fb")
    assert asked.status_code == 201
    assert asked.text.partition(" ")[2] == "GET /intake/v1/requests/照?cursor=a%2Fb"
    assert asked.headers.get_list("set-cookie") == ["a=1", "b=2"]
    assert (await front.get("/intake/healthz")).text.endswith("GET /healthz")
    assert (await front.get("/")).text == "console GET /"
    assert (await front.get("/intaker/v1")).text == "console GET /intaker/v1"


async def test_processes_take_turns_and_one_that_is_away_is_passed_over(front: httpx.AsyncClient) -> None:
    names = {(await front.get("/intake/v1/x")).headers["x-name"] for _ in range(6)}
    assert names == {"one", "two"}
    assert (await front.get("/matcher/v1/x")).status_code == 502


@pytest.mark.parametrize("size", [0, 10, 5_000_000])
async def test_bodies_flow_both_ways(front: httpx.AsyncClient, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    whole = await front.put("/intake/v1/mirror", content=data)
    assert whole.content == data
    assert whole.headers["x-sent"] == str(size)

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, size, 100_000):
            yield data[at : at + 100_000]

    assert (await front.put("/intake/v1/mirror", content=pieces())).content == data


async def test_what_breaks_off_breaks_off_for_the_caller(front: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await front.get("/intake/v1/breaks")
