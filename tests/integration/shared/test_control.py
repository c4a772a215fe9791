"""The control door: what it tells and does for who holds the key, and its one answer to everybody else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.intake.app import create_service
from services.intake.settings import IntakeSettings
from shared.bus import Inbox
from shared.calendar.clock import DemoClock
from shared.db.postgres import PostgresSettings
from shared.hosting import Job, Service
from shared.hosting.control import mount_control
from shared.hosting.turns import SharedTurns, Turns
from shared.refusals import Refusal
from tests.integration.conftest import START, Host
from tests.integration.stores import PostgresKit

KEY = "a key of the door"
WITH_KEY = {"Shokai-Control": KEY}
CUTOFF = datetime(2026, 6, 15, 14, 59, 59, tzinfo=UTC)


async def _never(parts: Any, until: datetime) -> datetime | None:
    return None


async def _at_cutoff(parts: Any, until: datetime) -> datetime | None:
    return CUTOFF if until >= CUTOFF else None


async def _breaks(parts: Any, at: datetime) -> dict[str, int]:
    raise ValueError("a name that must not be told")


def open_door(service: Service, host: Host, key: str = KEY, turns: Turns | None = None) -> httpx.AsyncClient:
    """The service with a door, and a client that knocks without a key of its own."""
    assert host.bus is not None
    inbox: Inbox = host.bus._inboxes[service.name]
    mount_control(service, inbox=inbox, lock=turns or asyncio.Lock(), key=key)
    return host.client(service.name, None)


@pytest_asyncio.fixture
async def intake(host: Host) -> Service:
    service = create_service(IntakeSettings(), host.kit)
    late = Job("intake-late", "後", "late", _at_cutoff, _breaks)
    broken = Job("intake-broken", "壊", "broken", _never, _breaks)
    service = replace(service, jobs=(broken, late, *service.jobs, late))
    await host.start(service)
    return service


@pytest_asyncio.fixture
async def door(host: Host, intake: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with open_door(intake, host) as client:
        yield client


@pytest.mark.parametrize("headers", [{}, {"Shokai-Control": "another"}, {"Shokai-Control": ""}])
async def test_without_the_key_every_knock_gets_the_same_answer(
    door: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answers = [
        await door.request(method, f"/control{path}", headers=headers, content=b"{")
        for method in ("GET", "POST")
        for path in ("/jobs", "/jobs/due", "/jobs/intake-cutoff/run", "/clock", "/quiet", "/hold", "/nothing", "")
    ]
    assert {(answer.status_code, answer.text) for answer in answers if not answer.is_redirect} == {
        (404, '{"code":"no-such-path"}')
    }
    # The bare word is no part of the door.
    assert sum(answer.is_redirect for answer in answers) <= 2


async def test_without_a_key_there_is_no_door(host: Host, intake: Service) -> None:
    async with open_door(intake, host, key="") as client:
        assert (await client.get("/control/jobs", headers={"Shokai-Control": ""})).json()["code"] == "no-such-path"
        assert not [route for route in intake.app.routes if getattr(route, "path", "") == "/control"]


async def test_it_names_the_jobs_and_the_first_that_is_due(door: httpx.AsyncClient, intake: Service) -> None:
    listed = (await door.get("/control/jobs", headers=WITH_KEY)).json()
    assert [job["name"] for job in listed] == [job.name for job in intake.jobs]
    assert all(job["title_ja"] and job["title_en"] for job in listed)
    asked = {"until": (CUTOFF + timedelta(days=1)).isoformat()}
    due = (await door.get("/control/jobs/due", params=asked, headers=WITH_KEY)).json()
    assert due == {"name": "intake-late", "at": "2026-06-15T14:59:59Z"}
    none = (await door.get("/control/jobs/due", params={"until": START.isoformat()}, headers=WITH_KEY)).json()
    assert none == {"name": None, "at": None}


async def test_it_runs_a_job_but_not_ahead_of_the_clock(door: httpx.AsyncClient, host: Host) -> None:
    asked = {"at": CUTOFF.isoformat()}
    refused = await door.post("/control/jobs/intake-cutoff/run", json=asked, headers=WITH_KEY)
    assert (refused.status_code, refused.json()["code"]) == (409, "clock-ahead")
    host.clock.set(CUTOFF + timedelta(seconds=1))
    ran = await door.post("/control/jobs/intake-cutoff/run", json=asked, headers=WITH_KEY)
    assert ran.status_code == 200
    assert all(isinstance(count, int) for count in ran.json().values())
    again = await door.post("/control/jobs/intake-cutoff/run", json=asked, headers=WITH_KEY)
    assert again.status_code == 200
    unknown = await door.post("/control/jobs/nothing/run", json=asked, headers=WITH_KEY)
    assert unknown.json()["code"] == "not-found"


async def test_a_job_that_breaks_is_told_by_its_place_alone(door: httpx.AsyncClient) -> None:
    asked = {"at": START.isoformat()}
    broken = await door.post("/control/jobs/intake-broken/run", json=asked, headers=WITH_KEY)
    assert (broken.status_code, broken.json()["code"]) == (409, "job-failed")
    assert broken.json()["facts"]["cause"].startswith("ValueError at _breaks")
    assert "must not be told" not in broken.text


async def test_it_tells_when_nothing_is_on_its_way(door: httpx.AsyncClient, host: Host) -> None:
    await host.idle()
    quiet = (await door.get("/control/quiet", headers=WITH_KEY)).json()
    assert {**quiet, "seen": 0} == {"outbox": 0, "inbox": 0, "records": 0, "running": 0, "seen": 0}


async def test_a_clock_of_production_is_told_and_not_moved(door: httpx.AsyncClient) -> None:
    assert (await door.get("/control/clock", headers=WITH_KEY)).json() == {
        "now": "2026-06-01T00:00:00Z",
        "was_set": None,
    }
    moved = await door.post("/control/clock", json={"at": CUTOFF.isoformat()}, headers=WITH_KEY)
    assert (moved.status_code, moved.json()["code"]) == (409, "clock-ahead")


@pytest.mark.parametrize("store", ["sqlite"])
async def test_a_demos_clock_goes_forward_only(host: Host, tmp_path: Path) -> None:
    clock = DemoClock.start(tmp_path / "clock.json", START)
    service = create_service(IntakeSettings(), replace(host.kit, clock=clock))
    await host.start(service)
    async with open_door(service, host) as client:
        client.headers.update(WITH_KEY)
        assert (await client.get("/control/clock")).json()["was_set"] is False
        moved = await client.post("/control/clock", json={"at": CUTOFF.isoformat()})
        assert moved.status_code == 200
        assert DemoClock(tmp_path / "clock.json").now() >= CUTOFF
        back = await client.post("/control/clock", json={"at": START.isoformat()})
        assert (back.status_code, back.json()["code"]) == (409, "clock-backwards")
        assert (await client.get("/control/clock")).json()["was_set"] is True


def turns_of(host: Host) -> tuple[Turns, Turns]:
    """The turns of two processes of one service; of a service that is one process, the same twice."""
    if not isinstance(host.kit, PostgresKit):
        turns = Turns()
        return turns, turns
    settings = host.kit.made["intake"]
    return SharedTurns(settings, service="intake"), SharedTurns(settings, service="intake")


@pytest.mark.usefixtures("intake")
async def test_hands_and_the_schedule_take_turns(host: Host) -> None:
    one, other = turns_of(host)
    schedule, ran = one.schedule, asyncio.Event()

    async def round_of_the_schedule() -> None:
        async with schedule:
            ran.set()

    async with one.by_hand(), other.by_hand():
        waiting = asyncio.create_task(round_of_the_schedule())
        await asyncio.sleep(0.5)
        assert not ran.is_set()
    await asyncio.wait_for(waiting, 5)
    ran.clear()
    await asyncio.wait_for(round_of_the_schedule(), 5)
    assert ran.is_set()


@pytest.mark.usefixtures("intake")
async def test_a_hand_waits_for_the_schedule(host: Host) -> None:
    one, other = turns_of(host)
    entered = asyncio.Event()

    async def hand() -> None:
        async with other.by_hand():
            entered.set()

    async with one.schedule:
        waiting = asyncio.create_task(hand())
        await asyncio.sleep(0.5)
        assert not entered.is_set()
    await asyncio.wait_for(waiting, 5)


@pytest.mark.usefixtures("intake")
async def test_a_hold_keeps_the_schedule_away_until_it_ends_or_is_let_go(host: Host) -> None:
    one, other = turns_of(host)

    async def round_of_the_schedule() -> None:
        async with other.schedule:
            return

    for ends_by_itself in (True, False):
        await one.hold(0.3 if ends_by_itself else 30)
        await one.hold(1.0 if ends_by_itself else 60)
        waiting = asyncio.create_task(round_of_the_schedule())
        async with other.by_hand():
            await asyncio.sleep(0.6)
        assert not waiting.done()
        if not ends_by_itself:
            await one.hold(0)
            await one.hold(0)
        await asyncio.wait_for(waiting, 5)


async def test_a_hand_is_refused_while_the_database_is_away() -> None:
    turns = SharedTurns(PostgresSettings("postgresql://nobody@127.0.0.1:9/intake"), service="intake")
    with pytest.raises(Refusal) as refused:
        await turns.hold(30)
    assert refused.value.code == "busy"


async def test_the_door_holds_the_schedule(host: Host, intake: Service) -> None:
    turns = Turns()
    async with open_door(intake, host, turns=turns) as client:
        client.headers.update(WITH_KEY)
        assert (await client.post("/control/hold", json={"seconds": 61})).status_code == 422
        assert (await client.post("/control/hold", json={"seconds": 30})).status_code == 200
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(turns.schedule.__aenter__(), 0.2)
        host.clock.set(CUTOFF + timedelta(seconds=1))
        asked = {"at": CUTOFF.isoformat()}
        assert (await client.post("/control/jobs/intake-cutoff/run", json=asked)).status_code == 200
        assert (await client.post("/control/hold", json={"seconds": 0})).status_code == 200
        async with turns.schedule:
            pass
