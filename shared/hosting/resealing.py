"""After a field key's rotation a service seals its columns anew, in the background, and lets the older versions go."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from shared.crypto.keyring import KeyInfo
from shared.db.resealing import SealedColumn, left, older_keys, reseal
from shared.db.work import Work
from shared.hosting.jobs import Job
from shared.trail import Access, Actor

ACTION: Final = "keys.reseal"
LOOK_SECONDS: Final = 60.0
AGAIN_AFTER: Final = timedelta(minutes=10)
"""A transaction that began before a rotation may commit after the first look; the second one finds what it left."""


@dataclass(frozen=True, slots=True)
class Resealing:
    """All sealed columns of a service whose keys nobody else seals with."""

    columns: Sequence[SealedColumn]
    _seen: dict[tuple[str, int], datetime] = field(default_factory=dict)
    """Key and version -> when its columns were gone through for the first time."""

    async def next_due(self, parts: Any, until: datetime) -> datetime | None:
        """`until` where a key was rotated and its columns were not gone through twice."""
        return until if await asyncio.to_thread(lambda: any(self._due(parts, until))) else None

    async def run(self, parts: Any, at: datetime) -> Mapping[str, int]:
        """Seal anew whatever stands under an older version; the second time the older versions go."""
        return await asyncio.to_thread(self._run, parts, at)

    def left(self, parts: Any) -> dict[str, int]:
        """How many values stand under older versions, by key. Blocking."""
        found: Counter[str] = Counter()
        for column, info in self._older(parts):
            found[info.name] += parts.db.read_now(lambda session, of=column, key=info: left(session, of, key))
        return dict(found)

    def job(self, service: str) -> Job:
        """The job that does it."""
        title_ja, title_en = "鍵更新後の再暗号化", "Seal columns anew after a key's rotation"
        return Job(f"{service}-reseal", title_ja, title_en, self.next_due, self.run, look_seconds=LOOK_SECONDS)

    def _older(self, parts: Any) -> Iterator[tuple[SealedColumn, KeyInfo]]:
        for column in self.columns:
            for info in older_keys(parts.keyring, column):
                yield column, info

    def _due(self, parts: Any, until: datetime) -> Iterator[tuple[SealedColumn, KeyInfo]]:
        for column, info in self._older(parts):
            first = self._seen.get((info.name, info.version))
            if first is None or until >= first + AGAIN_AFTER:
                yield column, info

    def _run(self, parts: Any, at: datetime) -> Mapping[str, int]:
        count = 0
        rotated = {info.name: info for _, info in self._due(parts, at)}
        for column, info in list(self._due(parts, at)):
            count += reseal(parts.db, parts.keyring, column, info)
        for name, info in rotated.items():
            if (name, info.version) in self._seen:
                parts.keyring.retire(name, "field", info.version)
            self._seen[name, info.version] = at
            parts.db.write_now(lambda work, of=name: _record(work, parts.name, of))
        return {"resealed": count, "keys": len(rotated)}


def _record(work: Work, service: str, name: str) -> None:
    work.record(Access(Actor.job(f"{service}.reseal"), ACTION, "key", name))
