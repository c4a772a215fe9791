"""What every use case of a service stands on, and the service itself."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI

from shared.blobs.store import BlobStore
from shared.bus.handling import Handler
from shared.calendar.clock import Clock
from shared.crypto.keyring import Keyring
from shared.db.database import Database
from shared.events import Event
from shared.hosting.jobs import Job

Measures = Mapping[str, float]


async def _nothing(parts: Any) -> Measures:
    return {}


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A service's own stores and the clock. Each service adds its settings."""

    name: str
    db: Database
    blobs: BlobStore
    keyring: Keyring
    clock: Clock
    measure: Callable[[Any], Awaitable[Measures]] = _nothing
    """What the service tells at `/metrics` beside its backlog; names as in `shared.telemetry.families.TOLD`."""

    async def metrics(self) -> Measures:
        """What it tells now."""
        return await self.measure(self)

    async def readiness(self) -> dict[str, int]:
        """What a service tells at `/readyz` beside its backlog: counts of what a person should look at."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service, ready to be hosted: its HTTP face, what it reacts to, what it does by schedule."""

    app: FastAPI
    parts: Parts
    consumers: Mapping[type[Event], Handler]
    jobs: tuple[Job, ...] = ()
    concurrency: int = 4
    heavy: frozenset[str] = frozenset()
    """The types of the events that workers may take off the service's hands."""

    @property
    def name(self) -> str:
        """The service's name, as in its paths and events."""
        return self.parts.name
