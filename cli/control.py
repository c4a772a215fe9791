"""The control door of a running server, for commands on the same data directory.

Its key lies in a file that only the directory's owner reads.
"""

import asyncio
import hmac
import json
import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import httpx
from fastapi import FastAPI, Header, Request
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel

from cli.data_dir import DataDir
from shared.hosting.jobs import JobRun
from shared.refusals import Refusal

if TYPE_CHECKING:
    from cli.embedded import Embedded

LONGEST_RUN_SECONDS: Final = 3600


class RunJobs(BaseModel):
    """What the door is asked for."""

    as_of: AwareDatetime


def announce_server(place: DataDir, port: int) -> str:
    """Write down where the server listens and the key of its control door; returns the key."""
    key = secrets.token_urlsafe(32)
    fresh = place.server_file.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps({"port": port, "key": key}))
    fresh.replace(place.server_file)
    return key


def control_app(embedded: "Embedded", place: DataDir) -> FastAPI:
    """The door itself."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.exception_handler(Refusal)
    async def _refused(request: Request, refusal: Refusal) -> JSONResponse:
        return JSONResponse({"code": refusal.code, "facts": dict(refusal.facts)}, 409)

    @app.post("/control/jobs")
    async def run_jobs(asked: RunJobs, shokai_control: Annotated[str, Header()] = "") -> list[dict[str, Any]]:
        if not place.server_file.exists() or not hmac.compare_digest(_server(place)["key"], shokai_control):
            raise Refusal("token-invalid")
        return [as_report(run) for run in await embedded.run_jobs(asked.as_of)]

    return app


def run_jobs_on(data_dir: Path, as_of: datetime) -> list[dict[str, Any]]:
    """Run what is due on a data directory: inside the server that has it open, or here where none has."""
    place = DataDir(data_dir)
    place.facts()
    try:
        place.lock().close()
    except Refusal:
        return _ask_server(place, as_of)
    return asyncio.run(_run_here(data_dir, as_of))


def as_report(run: JobRun) -> dict[str, Any]:
    """One run of a job as the command line shows it."""
    return {
        "service": run.service,
        "job": run.job,
        "title": {"ja": run.title_ja, "en": run.title_en},
        "at": run.at.isoformat(),
        "counts": dict(run.counts),
    }


def pass_on(answer: httpx.Response) -> None:
    """Refuse here what a control door has refused."""
    if answer.status_code == httpx.codes.CONFLICT:
        raise Refusal(answer.json()["code"], **answer.json()["facts"])


def _server(place: DataDir) -> dict[str, Any]:
    return dict(json.loads(place.server_file.read_text()))


def _ask_server(place: DataDir, as_of: datetime) -> list[dict[str, Any]]:
    server = _server(place)
    url = f"http://127.0.0.1:{server['port']}/control/jobs"
    headers = {"Shokai-Control": server["key"]}
    answer = httpx.post(url, json={"as_of": as_of.isoformat()}, headers=headers, timeout=LONGEST_RUN_SECONDS)
    pass_on(answer)
    answer.raise_for_status()
    return list(answer.json())


async def _run_here(data_dir: Path, as_of: datetime) -> list[dict[str, Any]]:
    from cli.embedded import Embedded  # noqa: PLC0415  # the host imports this module for its door

    embedded = Embedded.open(data_dir)
    await embedded.start(jobs=False)
    try:
        return [as_report(run) for run in await embedded.run_jobs(as_of)]
    finally:
        await embedded.stop()
