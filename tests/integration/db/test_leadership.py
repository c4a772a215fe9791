"""One leader at a time among a service's processes."""

import asyncio
from time import monotonic, time
from typing import Any

import psycopg
import psycopg.conninfo
import pytest

from shared.db.leadership import Leadership
from shared.db.postgres import PostgresSettings
from tests.integration.db import actors
from tests.integration.db.conftest import Start
from tests.integration.db.processes import Actor
from tests.parts.proxy import Proxy

# A busy machine is slow to do what takes a second.
PATIENCE = 20.0


def begins(actor: Actor) -> float:
    _, what, at = actor.hear()
    assert what == "begins"
    return float(at)


def silent(actor: Actor, seconds: float) -> bool:
    return not actor.line.poll(seconds)


async def until(true: Any, seconds: float = PATIENCE) -> None:
    end = monotonic() + seconds
    while not true():
        assert monotonic() < end
        await asyncio.sleep(0.02)


def test_the_next_one_leads_when_the_leader_is_killed_or_drained(url: str, start: Start) -> None:
    first = start(actors.leads, url, "first")
    begins(first)
    second, third = (start(actors.leads, url, name) for name in ("second", "third"))
    assert silent(second, 2.5)
    assert silent(third, 0)
    killed = time()
    first.kill()
    next_one = second if second.line.poll(PATIENCE) else third
    last_one = third if next_one is second else second
    assert begins(next_one) - killed < PATIENCE
    assert silent(last_one, 1.5)
    next_one.terminate()
    _, what, ended = next_one.hear()
    assert what == "ends"
    assert begins(last_one) >= ended


def test_a_leader_that_stands_still_loses_to_another_and_knows_when_it_goes_on(url: str, start: Start) -> None:
    first = start(actors.leads, url, "first", 4)
    begins(first)
    second = start(actors.leads, url, "second", 4)
    assert silent(second, 1.5)
    stopped = time()
    first.stop()
    assert begins(second) - stopped < 4 + PATIENCE
    resumed = time()
    first.resume()
    _, what, ended = first.hear()
    assert what == "ends"
    assert ended - resumed < PATIENCE


class Work:
    """Work that says whether it goes on."""

    def __init__(self) -> None:
        self.runs = False

    async def __call__(self) -> None:
        self.runs = True
        try:
            await asyncio.Event().wait()
        finally:
            self.runs = False


async def test_a_cut_line_ends_the_work_and_leads_again(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        work = Work()
        leading = Leadership(PostgresSettings(url), service="test")
        task = asyncio.create_task(leading.lead(work))
        await until(lambda: work.runs and leading.leads)
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name ~ 'leader'")
        await until(lambda: not work.runs)
        assert not leading.leads
        await until(lambda: work.runs)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not work.runs


async def test_a_line_that_goes_silent_ends_the_work_before_another_may_lead(url: str) -> None:
    """Nobody says that the line is gone: the leader gives up by itself first, the server frees the lock after."""
    address = psycopg.conninfo.conninfo_to_dict(url)
    works = (Work(), Work())
    with Proxy(int(str(address["port"]))) as proxy:
        far = url.replace(f":{address['port']}/", f":{proxy.port}/")
        first, second = (Leadership(PostgresSettings(each), service="test") for each in (far, url))
        tasks = [asyncio.create_task(first.lead(works[0]))]
        await until(lambda: works[0].runs)
        tasks.append(asyncio.create_task(second.lead(works[1])))
        await asyncio.sleep(1.2)
        assert not works[1].runs
        proxy.black_hole()
        await until(lambda: not works[0].runs)
        assert not works[1].runs
        await until(lambda: works[1].runs)
        proxy.reset()
        proxy.pass_on()
        await asyncio.sleep(1.5)
        assert (works[0].runs, works[1].runs) == (False, True)
        for task in tasks:
            task.cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), PATIENCE)


async def test_work_that_ends_or_fails_gives_the_lock_away(url: str) -> None:
    async def fails() -> None:
        raise ArithmeticError

    work = Work()
    other = asyncio.create_task(Leadership(PostgresSettings(url), service="test").lead(work))
    await until(lambda: work.runs)
    other.cancel()
    await asyncio.gather(other, return_exceptions=True)
    with pytest.raises(ArithmeticError):
        await asyncio.wait_for(Leadership(PostgresSettings(url), service="test").lead(fails), PATIENCE)


async def test_no_server_is_waited_for() -> None:
    work = Work()
    leading = Leadership(PostgresSettings("postgresql://nobody@127.0.0.1:1/none"), service="test")
    task = asyncio.create_task(leading.lead(work))
    await asyncio.sleep(1.5)
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not work.runs
