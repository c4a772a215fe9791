"""What runs by itself: functions of the clock and the store, safe to run twice or on two replicas."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any, Protocol

from shared.faults import reach
from shared.telemetry.stages import running


@dataclass(frozen=True, slots=True)
class Job:
    """`next_due` finds the earliest instant up to `until` at which stored work is due and not done; `run` does it.

    `look_seconds` is how rarely a running host may ask, where asking costs.
    """

    name: str
    title_ja: str
    title_en: str
    next_due: Callable[[Any, datetime], Awaitable[datetime | None]]
    run: Callable[[Any, datetime], Awaitable[Mapping[str, int]]]
    look_seconds: float = 0.0


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
    looks: Callable[[str, Job], bool] = lambda service, job: True,
) -> list[JobRun]:
    """Run all that is due up to `until`, in the order of its instants.

    `move_to` brings a movable clock to each instant first; `settle` waits after each run until the bus is quiet, so
    that what one job announces is there before a later one looks. `looks` leaves out jobs whose turn it is not.
    """
    runs: list[JobRun] = []
    last: tuple[datetime, str, str] | None = None
    while (found := await _earliest(services, until, looks)) is not None:
        at, service, job = found
        if (at, service.name, job.name) == last:
            raise JobStuck(f"{service.name}.{job.name}")
        last = (at, service.name, job.name)
        move_to(at)
        reach("job.begun")
        with running(service.name, job.name):
            counts = await job.run(service.parts, at)
        runs.append(JobRun(service.name, job.name, job.title_ja, job.title_en, at, counts))
        if settle is not None:
            await settle()
    return runs


class Looks:
    """Remembers when each job was last asked, so that none is asked more often than it bears."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], float] = {}

    def __call__(self, service: str, job: Job) -> bool:
        """Whether it is the job's turn."""
        now = monotonic()
        key = (service, job.name)
        if job.look_seconds and now - self._last.get(key, -job.look_seconds) < job.look_seconds:
            return False
        self._last[key] = now
        return True


async def _earliest(
    services: Sequence[HasJobs], until: datetime, looks: Callable[[str, Job], bool]
) -> tuple[datetime, HasJobs, Job] | None:
    earliest: tuple[datetime, HasJobs, Job] | None = None
    for service in services:
        for job in (job for job in service.jobs if looks(service.name, job)):
            at = await job.next_due(service.parts, until)
            if at is not None and at <= until and (earliest is None or at < earliest[0]):
                earliest = (at, service, job)
    return earliest
