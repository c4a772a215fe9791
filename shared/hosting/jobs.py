"""What runs by itself: functions of the clock and the store, safe to run twice or on two replicas."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Job:
    """`next_due` finds the earliest instant up to `until` at which stored work is due and not done; `run` does it."""

    name: str
    title_ja: str
    title_en: str
    next_due: Callable[[Any, datetime], Awaitable[datetime | None]]
    run: Callable[[Any, datetime], Awaitable[Mapping[str, int]]]


@dataclass(frozen=True, slots=True)
class JobRun:
    """What one run of a job did."""

    service: str
    job: str
    title_ja: str
    title_en: str
    at: datetime
    counts: Mapping[str, int]


class HasJobs(Protocol):
    """A service as the scheduler sees it."""

    @property
    def name(self) -> str: ...
    @property
    def parts(self) -> Any: ...
    @property
    def jobs(self) -> tuple[Job, ...]: ...


class JobStuck(Exception):
    """A job ran and is still due at the same instant."""


async def run_due(
    services: Sequence[HasJobs],
    until: datetime,
    *,
    move_to: Callable[[datetime], None] = lambda at: None,
    settle: Callable[[], Awaitable[None]] | None = None,
) -> list[JobRun]:
    """Run all that is due up to `until`, in the order of its instants.

    `move_to` brings a movable clock to each instant first; `settle` waits after each run until the bus is quiet, so
    that what one job announces is there before a later one looks.
    """
    runs: list[JobRun] = []
    last: tuple[datetime, str, str] | None = None
    while (found := await _earliest(services, until)) is not None:
        at, service, job = found
        if (at, service.name, job.name) == last:
            raise JobStuck(f"{service.name}.{job.name}")
        last = (at, service.name, job.name)
        move_to(at)
        counts = await job.run(service.parts, at)
        runs.append(JobRun(service.name, job.name, job.title_ja, job.title_en, at, counts))
        if settle is not None:
            await settle()
    return runs


async def _earliest(services: Sequence[HasJobs], until: datetime) -> tuple[datetime, HasJobs, Job] | None:
    earliest: tuple[datetime, HasJobs, Job] | None = None
    for service in services:
        for job in service.jobs:
            at = await job.next_due(service.parts, until)
            if at is not None and at <= until and (earliest is None or at < earliest[0]):
                earliest = (at, service, job)
    return earliest
