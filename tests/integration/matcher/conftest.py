"""The matcher on real stores, real crypto and the local bus, with a listener that hears all that is announced."""

from collections.abc import AsyncIterator

import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import MetaData

from services.matcher.app import create_service
from services.matcher.settings import MatcherSettings
from shared.bus.handling import Effect
from shared.db import Database, Plumbing, Schema
from shared.db.sqlite import SqliteStore
from shared.events import Event, audit, copies, matcher
from shared.hosting import Parts, Service
from tests.integration.conftest import Host
from tests.integration.matcher.world import World

METADATA = MetaData()
PLUMBING = Plumbing(METADATA)


def listener(host: Host, heard: list[Event]) -> Service:
    """A service that only notes what it hears."""
    database = Database(
        SqliteStore(f"sqlite:///{host.kit.data_dir / 'listener'}.sqlite3"),
        Schema("listener", METADATA, PLUMBING, ""),
        clock=host.clock,
    )
    METADATA.create_all(database.engine)
    parts = Parts(
        name="listener", db=database, blobs=host.kit.blobs("listener"), keyring=host.kit.keyring, clock=host.clock
    )

    async def note(parts: Parts, event: Event) -> Effect | None:
        heard.append(event)
        return None

    kinds = [
        kind
        for module in (matcher, copies, audit)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    ]
    return Service(app=FastAPI(), parts=parts, consumers=dict.fromkeys(kinds, note))


@pytest_asyncio.fixture
async def world(host: Host) -> AsyncIterator[World]:
    heard: list[Event] = []
    service = create_service(MatcherSettings(part_rows=60, spill_rows=40, review_blind_share=0), host.kit)
    await host.start(service, listener(host, heard))
    yield World(host, service, heard)
