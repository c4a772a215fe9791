"""Health, readiness and metrics of one service."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import Table, func, select
from sqlmodel import Session

from shared.calendar.clock import SystemClock
from shared.db.migrate import is_at_head
from shared.telemetry.logs import cause_of, log
from shared.telemetry.metrics import Metrics, metrics_of

BusState = Literal["local", "connected", "away"]

RETRY_SECONDS: Final = "5"


@dataclass
class _Seen:
    """What one look at the database told: numbers as /readyz names them, and how many wait or are held by type."""

    counts: dict[str, int] = field(default_factory=dict)
    inbox_oldest_seconds: int = 0
    waiting: dict[str, float] = field(default_factory=dict)
    held: dict[str, float] = field(default_factory=dict)


def health_routes(parts: Any) -> APIRouter:
    """`/healthz` (alive), `/readyz` (store answers), `/metrics`; none of them needs a token or names anybody.

    A host with a broker sets `app.state.bus` to a function that tells how the broker is. Its absence is told, but does
    not make the service unready: events wait in the outbox. Likewise `app.state.consuming` and `app.state.leads` tell
    whether this process takes events, and whether it is the one that relays and runs the jobs.
    """
    router = APIRouter(include_in_schema=False)
    metrics, logger = metrics_of(parts.name), log(parts.name)

    @router.get("/healthz")
    async def alive() -> dict[str, str]:
        return {"status": "ok", "service": parts.name}

    @router.get("/readyz")
    async def ready(request: Request) -> Response:
        told: dict[str, Any] = {"service": parts.name, "bus": _bus(request)}
        try:
            if not await _are_current(parts):
                return _unready({"status": "unready", **told, "database": "old"})
            seen: _Seen = await parts.db.read(_look(parts))
            attention: Mapping[str, int] = await parts.readiness()
        except Exception as error:
            logger.warning("http.unready", cause=cause_of(error))
            return _unready({"status": "unready", **told, "database": "away"})
        return JSONResponse({"status": "ok", **told, **seen.counts, **attention})

    @router.get("/metrics")
    async def metrics_text(request: Request) -> Response:
        _tell_host(metrics, request.app.state)
        metrics.set("shokai_database_up", 0)
        for tell in (_tell_backlog, _tell_migrations, _tell_attention, _tell_own, _tell_keys):
            try:
                await tell(parts, metrics)
            except Exception as error:
                # What this process counts itself is told even when the database is away.
                logger.warning("http.metrics.partial", cause=cause_of(error))
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return router


async def _are_current(parts: Any) -> bool:
    """Whether the database is not older than this code."""
    return await asyncio.to_thread(is_at_head, parts.db.engine, parts.db.schema.migrations)


def _bus(request: Request) -> BusState:
    told: Callable[[], BusState] | None = getattr(request.app.state, "bus", None)
    return "local" if told is None else told()


def _unready(told: dict[str, Any]) -> Response:
    return JSONResponse(told, 503, {"Retry-After": RETRY_SECONDS})


def _tell_host(metrics: Metrics, state: Any) -> None:
    """What the host has told of itself; the embedded mode has nothing to tell."""
    if (bus := getattr(state, "bus", None)) is not None:
        metrics.bus_connected(bus() == "connected")
    if (consuming := getattr(state, "consuming", None)) is not None:
        metrics.bus_consuming(consuming())
    if (leads := getattr(state, "leads", None)) is not None:
        metrics.leads(leads())


async def _tell_backlog(parts: Any, metrics: Metrics) -> None:
    seen: _Seen = await parts.db.read(_look(parts))
    for name, value in seen.counts.items():
        metrics.set(f"shokai_{name}", value)
    metrics.set("shokai_database_up", 1)
    metrics.set("shokai_inbox_oldest_seconds", seen.inbox_oldest_seconds)
    metrics.set_all("shokai_inbox_waiting", "type", seen.waiting)
    metrics.set_all("shokai_inbox_held", "type", seen.held)


async def _tell_migrations(parts: Any, metrics: Metrics) -> None:
    metrics.set("shokai_migrations_current", await _are_current(parts))


async def _tell_attention(parts: Any, metrics: Metrics) -> None:
    metrics.set_all("shokai_attention", "what", await parts.readiness())


async def _tell_own(parts: Any, metrics: Metrics) -> None:
    """What the service tells of itself, where it has something to tell."""
    tells = getattr(parts, "metrics", None)
    if tells is not None:
        own: Mapping[str, float] = await tells()
        for name, value in own.items():
            if not metrics.tell(name, value):
                log(parts.name).error("http.metrics.unknown", code=name)


async def _tell_keys(parts: Any, metrics: Metrics) -> None:
    """How long ago the signing key was changed that has been in use longest."""
    now = SystemClock().now()
    signers = [key for key in parts.keyring.list() if key.purpose == "sign" and key.destroyed_at is None]
    ages = [(now - key.rotated_at).total_seconds() for key in signers]
    metrics.set("shokai_signing_key_age_seconds", max(0.0, max(ages, default=0.0)))


def _look(parts: Any) -> Callable[[Session], _Seen]:
    plumbing = parts.db.plumbing
    outbox, inbox, trail = plumbing.outbox, plumbing.inbox, plumbing.trail

    def look(session: Session) -> _Seen:
        connection = session.connection()
        seen = _Seen()
        for status, event_type, count in connection.execute(_by_status(inbox)):
            (seen.waiting if status == "pending" else seen.held)[event_type] = count
        oldest = select(func.min(inbox.c.received_at)).where(inbox.c.status == "pending")
        seen.inbox_oldest_seconds = _age(connection.execute(oldest).scalar(), SystemClock().now())
        made = connection.execute(select(outbox.c.made_at).order_by(outbox.c.position).limit(1)).scalar()
        unsent = select(func.count()).select_from(trail).where(trail.c.sent_at.is_(None))
        seen.counts = {
            "outbox_events": int(connection.execute(select(func.count()).select_from(outbox)).scalar_one()),
            # An event is dated by the clock of its transaction.
            "outbox_oldest_seconds": _age(made, parts.clock.now()),
            "inbox_pending": int(sum(seen.waiting.values())),
            "inbox_parked": int(sum(seen.held.values())),
            "records_unsent": int(connection.execute(unsent).scalar_one()),
        }
        return seen

    return look


def _by_status(inbox: Table) -> Any:
    unfinished = inbox.c.status.in_(("pending", "parked"))
    return select(inbox.c.status, inbox.c.type, func.count()).where(unfinished).group_by(inbox.c.status, inbox.c.type)


def _age(since: datetime | None, now: datetime) -> int:
    return 0 if since is None else max(0, int((now - since).total_seconds()))
