"""The control door of a service: jobs by hand and a demo's clock. Only the admin side reaches it, with a key."""

import asyncio
import hmac
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import func, select
from sqlmodel import Session

from shared.bus.inbox import Inbox
from shared.calendar.clock import DemoClock
from shared.hosting.jobs import Job
from shared.hosting.parts import Service
from shared.refusals import Refusal


class RunJob(BaseModel):
    """At which instant a job shall run."""

    at: AwareDatetime


def mount_control(service: Service, *, inbox: Inbox, lock: asyncio.Lock, key: str) -> None:
    """Add the door to the service's own application. `lock` keeps the schedule's runs apart."""

    def holds_key(shokai_control: Annotated[str, Header()] = "") -> None:
        if not hmac.compare_digest(key.encode(), shokai_control.encode()):
            raise Refusal("token-invalid")

    for routes in (_jobs_door(service, lock), _clock_door(service, inbox)):
        service.app.include_router(
            routes, prefix="/control", include_in_schema=False, dependencies=[Depends(holds_key)]
        )


def _jobs_door(service: Service, lock: asyncio.Lock) -> APIRouter:
    door, clock = APIRouter(), service.parts.clock

    @door.get("/jobs")
    async def jobs() -> list[dict[str, str]]:
        return [{"name": job.name, "title_ja": job.title_ja, "title_en": job.title_en} for job in service.jobs]

    @door.get("/jobs/{name}/due")
    async def due(name: str, until: AwareDatetime) -> dict[str, datetime | None]:
        return {"at": await _job(service, name).next_due(service.parts, until)}

    @door.post("/jobs/{name}/run")
    async def run(name: str, asked: RunJob) -> dict[str, int]:
        if not isinstance(clock, DemoClock) and asked.at > clock.now():
            raise Refusal("clock-ahead")
        async with lock:
            return dict(await _job(service, name).run(service.parts, asked.at))

    return door


def _clock_door(service: Service, inbox: Inbox) -> APIRouter:
    door, clock = APIRouter(), service.parts.clock

    @door.get("/clock")
    async def read_clock() -> dict[str, Any]:
        return {"now": clock.now(), "was_set": clock.was_set if isinstance(clock, DemoClock) else None}

    @door.post("/clock")
    async def set_clock(asked: RunJob) -> dict[str, datetime]:
        if not isinstance(clock, DemoClock):
            raise Refusal("clock-ahead")
        clock.set(asked.at)
        return {"now": clock.now()}

    @door.get("/quiet")
    async def quiet() -> dict[str, int]:
        return {**await service.parts.db.read(lambda session: _waiting(service, session)), "running": int(inbox.busy)}

    return door


def _job(service: Service, name: str) -> Job:
    for job in service.jobs:
        if job.name == name:
            return job
    raise Refusal("not-found")


def _waiting(service: Service, session: Session) -> dict[str, int]:
    """What is still on its way, retries included."""
    plumbing, connection = service.parts.db.plumbing, session.connection()
    outbox, inbox, trail = plumbing.outbox, plumbing.inbox, plumbing.trail
    wanted = {
        "outbox": select(func.count()).select_from(outbox),
        "inbox": select(func.count()).select_from(inbox).where(inbox.c.status == "pending"),
        "records": select(func.count()).select_from(trail).where(trail.c.sent_at.is_(None)),
    }
    return {name: int(connection.execute(count).scalar_one()) for name, count in wanted.items()}
