"""Freezes as the audit service announces them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.db import Database
from shared.events.audit import FreezeLifted, FreezeSet
from shared.ids import new_id
from tests.integration.conftest import Host


@asynccontextmanager
async def frozen(host: Host, database: Database, object_type: str, object_id: str) -> AsyncIterator[None]:
    """Frozen while inside, and no longer afterwards."""
    freeze = {"freeze_id": new_id(), "object_type": object_type, "object_id": object_id}
    await database.write(lambda work: work.announce(FreezeSet(**freeze), subject=freeze["freeze_id"]))
    await host.idle()
    yield
    await database.write(lambda work: work.announce(FreezeLifted(**freeze), subject=freeze["freeze_id"]))
    await host.idle()
