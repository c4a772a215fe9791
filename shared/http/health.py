"""Health, readiness and metrics of one service."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select, text
from sqlmodel import Session

from shared.calendar.clock import SystemClock
from shared.db.plumbing import Plumbing


def health_routes(parts: Any) -> APIRouter:
    """`/healthz` (alive), `/readyz` (store answers), `/metrics`; none of them needs a token or names anybody."""
    router = APIRouter(include_in_schema=False)
    registry = CollectorRegistry()
    gauges = {
        "outbox_events": Gauge("shokai_outbox_events", "Events not yet relayed", registry=registry),
        "outbox_oldest_seconds": Gauge("shokai_outbox_oldest_seconds", "Age of the oldest", registry=registry),
        "inbox_pending": Gauge("shokai_inbox_pending", "Events not yet handled", registry=registry),
        "inbox_parked": Gauge("shokai_inbox_parked", "Events parked for a person", registry=registry),
        "records_unsent": Gauge("shokai_records_unsent", "Access records not yet relayed", registry=registry),
    }

    @router.get("/healthz")
    async def alive() -> dict[str, str]:
        return {"status": "ok", "service": parts.name}

    @router.get("/readyz")
    async def ready() -> dict[str, Any]:
        await parts.db.read(lambda session: session.connection().execute(text("select 1")))
        backlog: dict[str, int] = await parts.db.read(_backlog(parts.db.plumbing))
        return {"status": "ok", "service": parts.name, **backlog, **await parts.readiness()}

    @router.get("/metrics")
    async def metrics() -> Response:
        for name, value in (await parts.db.read(_backlog(parts.db.plumbing))).items():
            gauges[name].set(value)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


def _backlog(plumbing: Plumbing) -> Callable[[Session], dict[str, int]]:
    def read(session: Session) -> dict[str, int]:
        connection = session.connection()
        outbox, inbox, trail = plumbing.outbox, plumbing.inbox, plumbing.trail
        oldest = connection.execute(select(func.min(outbox.c.position), func.count())).one()
        by_status = select(inbox.c.status, func.count()).where(inbox.c.status != "done").group_by(inbox.c.status)
        statuses: dict[str, int] = {row[0]: row[1] for row in connection.execute(by_status)}
        unsent = select(func.count()).select_from(trail).where(trail.c.sent_at.is_(None))
        return {
            "outbox_events": oldest[1] if oldest[0] is not None else 0,
            "outbox_oldest_seconds": _age_of_oldest(connection, outbox),
            "inbox_pending": statuses.get("pending", 0),
            "inbox_parked": statuses.get("parked", 0),
            "records_unsent": connection.execute(unsent).scalar_one(),
        }

    return read


def _age_of_oldest(connection: Any, outbox: Any) -> int:
    made = connection.execute(select(outbox.c.made_at).order_by(outbox.c.position).limit(1)).scalar()
    return 0 if made is None else max(0, int((SystemClock().now() - made).total_seconds()))
