"""The offline verifier against a running server, over the network."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import uvicorn
from starlette.types import ASGIApp

from cli.verify import verify_log
from services.audit.parts import AuditParts
from services.audit.usecases.publish_checkpoint import publish_checkpoint
from shared.hosting import Service
from shared.refusals import Refusal
from tests.integration.audit.conftest import Source, deliver
from tests.integration.conftest import Host


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """The app behind a real socket."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            threading.Event().wait(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


async def test_a_log_is_verified_over_the_network_and_no_token_is_needed(audit: Service, host: Host) -> None:
    parts = audit.parts
    assert isinstance(parts, AuditParts)
    await deliver(parts, Source("intake").make(700))
    publish_checkpoint(parts)
    told: list[tuple[int, int]] = []
    with serving(audit.app) as url:
        verdict = await asyncio.to_thread(
            verify_log, url, parts.log_key.text, progress=lambda done, total: told.append((done, total))
        )
        beside = await asyncio.to_thread(verify_log, f"{url}/audit/v1/log")
        with pytest.raises(Refusal, match="log-not-found"):
            await asyncio.to_thread(verify_log, f"{url}/elsewhere/log")
    assert verdict.ok
    assert verdict.key_independent
    assert not beside.key_independent
    assert verdict.size == beside.size == 700
    assert told == [(256, 700), (512, 700), (700, 700)]
