"""The control door of a service: jobs by hand and a demo's clock. Only the admin side reaches it, with a key."""

import asyncio
import hmac
from datetime import datetime
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy import func, select
from sqlmodel import Session
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.bus.inbox import Inbox
from shared.calendar.clock import DemoClock
from shared.hosting.jobs import Job
from shared.hosting.parts import Service
from shared.hosting.turns import Turns
from shared.refusals import Refusal
from shared.telemetry.logs import cause_of, log

KEY_HEADER: Final = "Shokai-Control"
LONGEST_HOLD: Final = 60
CLOSED: Final = JSONResponse({"code": "no-such-path"}, 404)
"""What everybody is told who does not hold the key, whatever they ask."""


class At(BaseModel):
    """At which instant."""

    at: AwareDatetime


class Hold(BaseModel):
    """For how long the schedule shall run nothing; 0 lets it go on."""

    seconds: float = Field(ge=0, le=LONGEST_HOLD)


def mount_control(service: Service, *, inbox: Inbox, lock: asyncio.Lock | Turns, key: str) -> None:
    """Add the door to the service's own application, unless there is no key. `lock` keeps the schedule's runs apart."""
    if key:
        turns = lock if isinstance(lock, Turns) else Turns(lock)
        service.app.mount("/control", Locked(_door(service, inbox, turns), key))


class Locked:
    """Lets in who brings the key; all others get one answer, whether there is something behind it or not."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._key = key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope["headers"]).get(KEY_HEADER.lower().encode(), b"")
        app = self._app if hmac.compare_digest(self._key, given) else CLOSED
        await app(scope, receive, send)


def _door(service: Service, inbox: Inbox, turns: Turns) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.exception_handler(Refusal)
    async def _refused(request: Request, refusal: Refusal) -> JSONResponse:
        return JSONResponse({"code": refusal.code, "facts": dict(refusal.facts)}, 409)

    app.include_router(_jobs_door(service, turns))
    app.include_router(_clock_door(service))
    app.include_router(_quiet_door(service, inbox))
    return app


def _jobs_door(service: Service, turns: Turns) -> APIRouter:
    door, parts = APIRouter(), service.parts

    @door.get("/jobs")
    async def jobs() -> list[dict[str, str]]:
        return [{"name": job.name, "title_ja": job.title_ja, "title_en": job.title_en} for job in service.jobs]

    @door.get("/jobs/due")
    async def due(until: AwareDatetime) -> dict[str, Any]:
        """The job that is due first, and when; of several at one instant the first of the list."""
        found = [(at, job.name) for job in service.jobs if (at := await job.next_due(parts, until)) is not None]
        at, name = min((one for one in found if one[0] <= until), key=lambda one: one[0], default=(None, None))
        return {"name": name, "at": at}

    @door.post("/jobs/{name}/run")
    async def run(name: str, asked: At) -> dict[str, int]:
        job = _job(service, name)
        if not isinstance(parts.clock, DemoClock) and asked.at > parts.clock.now():
            raise Refusal("clock-ahead")
        async with turns.by_hand():
            return await _run(service, job, asked.at)

    @door.post("/hold")
    async def hold(asked: Hold) -> dict[str, float]:
        await turns.hold(asked.seconds)
        return {"seconds": asked.seconds}

    return door


def _clock_door(service: Service) -> APIRouter:
    door, clock = APIRouter(), service.parts.clock

    @door.get("/clock")
    async def read_clock() -> dict[str, Any]:
        """`was_set` is there where the clock is a demo's."""
        return {"now": clock.now(), "was_set": clock.was_set if isinstance(clock, DemoClock) else None}

    @door.post("/clock")
    async def set_clock(asked: At) -> dict[str, datetime]:
        if not isinstance(clock, DemoClock):
            raise Refusal("clock-ahead")
        clock.set(asked.at)
        return {"now": clock.now()}

    return door


def _quiet_door(service: Service, inbox: Inbox) -> APIRouter:
    door = APIRouter()

    @door.get("/quiet")
    async def quiet() -> dict[str, int]:
        """What is on its way; `seen` grows with each event that arrives."""
        waiting = await service.parts.db.read(lambda session: _waiting(service, session))
        return {**waiting, "running": int(inbox.busy)}

    return door


async def _run(service: Service, job: Job, at: datetime) -> dict[str, int]:
    try:
        return dict(await job.run(service.parts, at))
    except Refusal:
        raise
    except Exception as error:
        cause = cause_of(error)
        log(service.name).error("control.job.failed", job=job.name, cause=cause)
        raise Refusal("job-failed", job=job.name, cause=cause) from error


def _job(service: Service, name: str) -> Job:
    for job in service.jobs:
        if job.name == name:
            return job
    raise Refusal("not-found")


def _waiting(service: Service, session: Session) -> dict[str, int]:
    """Retries included; what is parked waits for a person and is not on its way."""
    plumbing, connection = service.parts.db.plumbing, session.connection()
    outbox, inbox, trail = plumbing.outbox, plumbing.inbox, plumbing.trail
    wanted = {
        "outbox": select(func.count()).select_from(outbox),
        "inbox": select(func.count()).select_from(inbox).where(inbox.c.status == "pending"),
        "records": select(func.count()).select_from(trail).where(trail.c.sent_at.is_(None)),
        "seen": select(func.coalesce(func.max(inbox.c.position), 0)),
    }
    return {name: int(connection.execute(count).scalar_one()) for name, count in wanted.items()}
