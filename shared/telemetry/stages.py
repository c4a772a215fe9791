"""Spans and times together, in one line around the work: stages, events, batches on their way out, jobs."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter

from shared.telemetry.metrics import metrics_of
from shared.telemetry.tracing import Span, open_spans, span


@contextmanager
def stage(name: str) -> Iterator[Span]:
    """A stage of a service's work, as `intake.check`; also a decorator of plain functions."""
    service = name.partition(".")[0]
    with span(name, service=service, stage=name) as opened, _timed(_stage_timer(service, name)):
        yield opened


@contextmanager
def handling(service: str, event_type: str, traceparent: str | None = None, *, attempts: int = 1) -> Iterator[Span]:
    """One event's handler, up to the commit of its effect; what it announces belongs to the same trace.

    Without a `traceparent` it goes on with the trace that was entered.
    """
    metrics = metrics_of(service)

    def timed(seconds: float, outcome: str) -> None:
        metrics.event_handled(event_type, seconds, outcome)

    opening = span(
        "bus.handle", parent=traceparent, kind="consumer", service=service, type=event_type, attempts=attempts
    )
    with opening as opened, _timed(timed):
        yield opened


@contextmanager
def sending(service: str, events: Sequence[tuple[str, str]]) -> Iterator[None]:
    """A batch on its way out of the outbox until it is confirmed; events as (type, traceparent)."""
    metrics = metrics_of(service)

    def timed(seconds: float, outcome: str) -> None:
        metrics.published(len(events), seconds, outcome)

    with open_spans("bus.send", events, service=service), _timed(timed):
        yield


@contextmanager
def running(service: str, job: str) -> Iterator[Span]:
    """A job's run: it starts a trace of its own."""
    metrics = metrics_of(service)

    def timed(seconds: float, outcome: str) -> None:
        metrics.job_ran(job, seconds, outcome)

    with span("job.run", parent="", service=service, job=job) as opened, _timed(timed):
        yield opened


def _stage_timer(service: str, name: str) -> Callable[[float, str], None]:
    return lambda seconds, outcome: metrics_of(service).stage_done(name, seconds, outcome)


@contextmanager
def _timed(tell: Callable[[float, str], None]) -> Iterator[None]:
    started, outcome = perf_counter(), "failed"
    try:
        yield
        outcome = "done"
    except (asyncio.CancelledError, GeneratorExit):
        outcome = "cancelled"
        raise
    finally:
        tell(perf_counter() - started, outcome)
