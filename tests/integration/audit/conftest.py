"""The audit service on real stores, and sources that write their records as services do."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest_asyncio

from services.audit.app import create_service
from services.audit.parts import AuditParts
from services.audit.settings import AuditSettings
from services.audit.usecases.append_records import append_records
from shared.events.audit import RecordsMade
from shared.hosting import Service
from shared.trail import Access, Actor, chained
from shared.trail.record import FIRST_PREVIOUS
from tests.integration.conftest import Host

AT = datetime(2026, 6, 1, 0, 0, tzinfo=UTC)


@dataclass
class Source:
    """A service that numbers and chains its records."""

    name: str
    sequence: int = 0
    digest: str = FIRST_PREVIOUS
    made: list[dict[str, Any]] = field(default_factory=list)

    def make(self, count: int, **stated: Any) -> list[dict[str, Any]]:
        """The next records."""
        records = []
        for _ in range(count):
            self.sequence += 1
            access = Access(
                Actor("staff", f"clerk-{self.sequence % 3}", team="clerk"),
                "intake.request.view",
                "request",
                f"r-{self.sequence}",
                case=f"c-{self.sequence % 10}",
                purpose="intake-check",
            )
            access = replace(access, **stated)
            body, self.digest = chained(access, source=self.name, sequence=self.sequence, previous=self.digest, at=AT)
            records.append(orjson.loads(body))
        self.made += records
        return records


def batch(records: Iterable[dict[str, Any]]) -> RecordsMade:
    """Records as they travel."""
    records = tuple(records)
    return RecordsMade(
        source=records[0]["source"], first=records[0]["sequence"], last=records[-1]["sequence"], records=records
    )


async def deliver(parts: AuditParts, records: Iterable[dict[str, Any]]) -> None:
    """Hand records to the consumer, as the inbox does."""
    await parts.db.write(await append_records(parts, batch(records)))


@pytest_asyncio.fixture
async def audit(host: Host) -> AsyncIterator[Service]:
    service = create_service(AuditSettings(), host.kit)
    await host.start(service)
    yield service
