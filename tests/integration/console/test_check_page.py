"""The page of the desk's check: open to everybody, shut towards everywhere, and made of files that nobody changed."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from services.console.app import create_app
from shared.check.bundle import bundle
from tests.browser.serving import Place, nobody

PYODIDE = Path("services/console/static/pyodide")
CSP = "Content-Security-Policy"
ASKED = ("/check", "/check/worker.js", "/check/report.css", "/check/shokai-check.pyz")


def policy(header: str) -> dict[str, str]:
    """Directive -> its sources."""
    parts = (part.strip().partition(" ") for part in header.split(";"))
    return {name: sources for name, _, sources in parts}


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(nobody, Place(), unsigned=nobody))
    async with httpx.AsyncClient(transport=transport, base_url="https://console.example") as opened:
        yield opened


@pytest.mark.parametrize("path", ASKED)
async def test_everybody_may_load_it(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize("path", ASKED)
async def test_it_takes_nothing(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.post(path, content=b"1,1", headers={"Origin": "https://console.example"})
    assert answer.status_code in (400, 405)


async def test_the_page_may_connect_nowhere_and_the_thread_only_here(client: httpx.AsyncClient) -> None:
    page, worker = [policy((await client.get(path)).headers[CSP]) for path in ("/check", "/check/worker.js")]
    assert page["default-src"] == worker["default-src"] == "'none'"
    assert (page["connect-src"], page["form-action"], page["script-src"]) == ("'none'", "'none'", "'self'")
    assert (worker["connect-src"], worker["script-src"]) == ("'self'", "'self' 'wasm-unsafe-eval'")


async def test_no_other_page_may_compile_code(client: httpx.AsyncClient) -> None:
    for path in ("/sign-in", "/check"):
        assert "wasm" not in (await client.get(path)).headers[CSP]


async def test_the_page_names_the_program_that_it_hands_out(client: httpx.AsyncClient) -> None:
    program = (await client.get("/check/shokai-check.pyz")).content
    assert program == bundle()
    assert hashlib.sha256(program).hexdigest() in (await client.get("/check")).text


def test_pyodide_is_as_it_was_published() -> None:
    lines = (PYODIDE / "SHA256SUMS").read_text("utf-8").splitlines()
    stated = {name: digest for digest, name in (line.split() for line in lines)}
    found = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in PYODIDE.iterdir()
        if file.suffix not in (".md", ".txt") and file.name != "SHA256SUMS"
    }
    assert found == stated
