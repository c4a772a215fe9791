"""Blobs that no row names: what a crash left between writing a blob and the commit that would have named it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlmodel import Session

from shared.calendar.clock import SystemClock
from shared.db.work import Work
from shared.hosting.jobs import Job
from shared.trail import Access, Actor

LOOK_SECONDS: Final = 3600
# Files are dated by the machine: a demo clock that runs ahead must not make young blobs old.
_FILE_TIMES: Final = SystemClock()


@dataclass(frozen=True, slots=True)
class Orphans:
    """One service's way to find and destroy its orphans.

    `action` is how a destruction is recorded; `named` tells the ids of all blobs that the service's rows name.
    """

    action: str
    named: Callable[[Session], Iterable[str]]
    hours: Callable[[Any], int]

    def found(self, parts: Any) -> list[str]:
        """The service's own blobs that are older than its setting says and named by nothing. Blocking."""
        older_than = _FILE_TIMES.now() - timedelta(hours=self.hours(parts))
        old = set(parts.blobs.own_ids(older_than))
        return sorted(old - set(parts.db.read_now(lambda session: list(self.named(session))))) if old else []

    def destroy(self, parts: Any) -> int:
        """Destroy them, each recorded; how many. Blocking."""
        orphans = self.found(parts)
        for blob_id in orphans:
            parts.blobs.destroy(blob_id)
            parts.db.write_now(partial(_record, action=self.action, service=parts.name, blob_id=blob_id))
        return len(orphans)

    async def next_due(self, parts: Any, until: datetime) -> datetime | None:
        """`until` where there is an orphan, else None."""
        return until if await asyncio.to_thread(self.found, parts) else None

    async def run(self, parts: Any, at: datetime) -> Mapping[str, int]:
        """Destroy every orphan there is."""
        return {"orphans": await asyncio.to_thread(self.destroy, parts)}

    def job(self, service: str) -> Job:
        """The job that does it; looks once an hour, because looking walks the folders."""
        title_ja, title_en = "孤立データの回収", "Destroy blobs that nothing names"
        return Job(f"{service}-orphans", title_ja, title_en, self.next_due, self.run, look_seconds=LOOK_SECONDS)


def _record(work: Work, *, action: str, service: str, blob_id: str) -> None:
    actor = Actor.job(f"{service}.orphans")
    work.record(Access(actor, action, "blob", blob_id, purpose="retention", case=blob_id))
