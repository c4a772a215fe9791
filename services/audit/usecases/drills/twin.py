"""A synthetic twin: the audit service's own tables in a store that lives for one drill, filled from the scenarios."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import orjson

from services.audit.domain.drills.scenarios import twin as table
from services.audit.parts import AuditParts
from services.audit.storage import log
from services.audit.storage.tables import PLUMBING, AuditTable
from services.audit.usecases.append_records import append_records
from services.audit.usecases.incidents.know_carriers import know_disc, know_request
from shared.bus import Handler
from shared.db import Database, Schema
from shared.db.sqlite import SqliteStore
from shared.events import Event
from shared.events.audit import RecordsMade
from shared.events.intake import RequestAccepted
from shared.events.media import DiscVerified
from shared.trail import Access, Actor, chained
from shared.trail.record import FIRST_PREVIOUS

SOURCE: Final = "drill"
CYCLE: Final = "2026-06-A"


@asynccontextmanager
async def synthetic_twin(parts: AuditParts) -> AsyncIterator[AuditParts]:
    """The twin's parts; its store is gone afterwards. Nothing in it reaches the real one, nor the other way round."""
    with TemporaryDirectory(prefix="shokai-drill-") as place:
        schema = Schema("audit", AuditTable.metadata, PLUMBING, "services.audit.migrations")
        database = Database(SqliteStore(f"sqlite:///{Path(place) / 'twin.sqlite3'}"), schema, clock=parts.clock)
        try:
            AuditTable.metadata.create_all(database.engine)
            apart = replace(parts, db=database)
            await _fill(apart)
            yield apart
        finally:
            database.close()


async def hear(apart: AuditParts, handler: Handler, event: Event) -> None:
    """What the twin does when it hears an event."""
    effect = await handler(apart, event)
    if effect is not None:
        await apart.db.write(effect)


async def _fill(apart: AuditParts) -> None:
    await apart.db.write(lambda work: log.start(work.session, "drill.invalid/twin"))
    for row in table("requests"):
        accepted = RequestAccepted(
            request_id=row["id"],
            plan_number=row["plan_number"],
            kind=row["kind"],
            cycle=CYCLE,
            received=row["people"],
            accepted=row["people"],
            rejected=0,
        )
        await hear(apart, know_request, accepted)
    for row in table("discs"):
        verified = DiscVerified(
            disc_id=row["id"], plan_number=row["plan_number"], request_ids=tuple(row["requests"]), sha256="0" * 64
        )
        await hear(apart, know_disc, verified)
    await hear(apart, append_records, _records(apart))


def _records(apart: AuditParts) -> RecordsMade:
    records: list[dict[str, Any]] = []
    digest, now = FIRST_PREVIOUS, apart.clock.now()
    for row in table("accesses"):
        actor = Actor("staff", row["actor"], team=row["team"])
        access = Access(actor, row["action"], row["object_type"], row["object_id"], subjects=row["people"])
        for _ in range(row["times"]):
            body, digest = chained(access, source=SOURCE, sequence=len(records) + 1, previous=digest, at=now)
            records.append(orjson.loads(body))
    return RecordsMade(source=SOURCE, first=1, last=len(records), records=tuple(records))
