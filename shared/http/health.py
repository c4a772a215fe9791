"""Health, readiness and metrics of one service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import Connection, Table, func, select
from sqlmodel import Session

from shared.calendar.clock import SystemClock
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
    is_current: bool = True


def health_routes(parts: Any) -> APIRouter:
    """`/healthz` (alive), `/readyz` (store answers), `/metrics`; none of them needs a token or names anybody.

    A host with a broker sets `app.state.bus` to a function that tells how the broker is. Its absence is told, but does
    not make the service unready: events wait in the outbox.
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
            seen: _Seen = await parts.db.read(_look(parts))
            attention: Mapping[str, int] = await parts.readiness()
        except Exception as error:
            logger.warning("http.unready", cause=cause_of(error))
            return _unready({"status": "unready", **told, "database": "away"})
        if not seen.is_current:
            return _unready({"status": "unready", **told, "database": "old"})
        return JSONResponse({"status": "ok", **told, **seen.counts, **attention})

    @router.get("/metrics")
    async def metrics_text(request: Request) -> Response:
        metrics.bus_connected(_bus(request) != "away")
        try:
            _tell_backlog(metrics, await parts.db.read(_look(parts)))
            metrics.set_all("shokai_attention", "what", await parts.readiness())
            await _tell_own(parts, metrics)
            _tell_keys(parts, metrics)
        except Exception as error:
            # What this process counts itself is told even when the database is away.
            logger.warning("http.metrics.partial", cause=cause_of(error))
            metrics.set("shokai_database_up", 0)
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return router


def _bus(request: Request) -> BusState:
    told: Callable[[], BusState] | None = getattr(request.app.state, "bus", None)
    return "local" if told is None else told()


def _unready(told: dict[str, Any]) -> Response:
    return JSONResponse(told, 503, {"Retry-After": RETRY_SECONDS})


def _tell_backlog(metrics: Metrics, seen: _Seen) -> None:
    for name, value in seen.counts.items():
        metrics.set(f"shokai_{name}", value)
    metrics.set("shokai_database_up", 1)
    metrics.set("shokai_migrations_current", seen.is_current)
    metrics.set("shokai_inbox_oldest_seconds", seen.inbox_oldest_seconds)
    metrics.set_all("shokai_inbox_waiting", "type", seen.waiting)
    metrics.set_all("shokai_inbox_held", "type", seen.held)


async def _tell_own(parts: Any, metrics: Metrics) -> None:
    """What the service tells of itself, where it has something to tell."""
    tells = getattr(parts, "metrics", None)
    if tells is not None:
        own: Mapping[str, float] = await tells()
        for name, value in own.items():
            if not metrics.tell(name, value):
                log(parts.name).error("http.metrics.unknown", code=name)


def _tell_keys(parts: Any, metrics: Metrics) -> None:
    """How long ago the signing key was changed that has been in use longest."""
    now = SystemClock().now()
    signers = [key for key in parts.keyring.list() if key.purpose == "sign" and key.destroyed_at is None]
    ages = [(now - key.rotated_at).total_seconds() for key in signers]
    metrics.set("shokai_signing_key_age_seconds", max(0.0, max(ages, default=0.0)))


def _look(parts: Any) -> Callable[[Session], _Seen]:
    plumbing, schema = parts.db.plumbing, getattr(parts.db, "schema", None)
    outbox, inbox, trail = plumbing.outbox, plumbing.inbox, plumbing.trail

    def look(session: Session) -> _Seen:
        connection = session.connection()
        seen = _Seen(is_current=schema is None or is_current(connection, schema.migrations))
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


def is_current(connection: Connection, migrations_package: str) -> bool:
    """Whether the database is not older than this code.

    A version that this code does not know is newer: while versions are being exchanged, the old code goes on serving.
    """
    found = MigrationContext.configure(connection).get_current_heads()
    known, head = _versions(migrations_package)
    return bool(found) and all(version == head or version not in known for version in found)


@cache
def _versions(migrations_package: str) -> tuple[frozenset[str], str | None]:
    """Every version that this code knows, and the newest of them."""
    config = Config()
    config.set_main_option("script_location", str(resources.files("shared.db") / "alembic"))
    config.set_main_option("version_locations", str(resources.files(migrations_package) / "versions"))
    config.set_main_option("path_separator", "os")
    scripts = ScriptDirectory.from_config(config)
    return frozenset(script.revision for script in scripts.walk_revisions()), scripts.get_current_head()
