"""Runs a service's jobs as time flows."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from shared.calendar.clock import Clock
from shared.hosting.jobs import HasJobs, JobStuck, Looks, run_due
from shared.telemetry.logs import cause_of, log
from shared.telemetry.metrics import metrics_of

LOOK_SECONDS: Final = 1.0


async def keep_schedule(services: Sequence[HasJobs], clock: Clock, *, lock: AbstractAsyncContextManager[Any]) -> None:
    """Run what falls due, for ever; a failing job is logged and tried again. `lock` keeps runs by hand apart."""
    logger, looks = log("host"), Looks()
    while True:
        try:
            async with lock:
                await run_due(services, clock.now(), looks=looks)
            for one in services:
                metrics_of(one.name).jobs_looked()
        except asyncio.CancelledError:
            raise
        except JobStuck as stuck:
            logger.error("host.job.stuck", job=str(stuck))
        except Exception as error:
            logger.error("host.jobs.failed", cause=cause_of(error))
        await asyncio.sleep(LOOK_SECONDS)
