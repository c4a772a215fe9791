"""What is tried again, what is told as `busy` or `storage-full`, and that nothing is done twice or by half."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from time import sleep
from typing import Any

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlmodel import Session

from shared.db import Database, Work
from shared.db.bulk import insert_many
from shared.faults import reach
from shared.refusals import Refusal
from tests.integration.db.conftest import fresh
from tests.integration.db.ground import COUNTER, counted, increment, open_database
from tests.integration.db.processes import soon
from tests.parts.postgres import Postgres
from tests.parts.proxy import Proxy


@pytest.fixture
def own(own_server: Postgres) -> Iterator[tuple[Postgres, Database]]:
    """A database on the server that may be stopped."""
    database = open_database(fresh(own_server))
    yield own_server, database
    database.close()


@pytest.fixture
def line(own_server: Postgres) -> Iterator[tuple[Proxy, Database]]:
    """The same over a line that may break."""
    url = fresh(own_server)
    with Proxy(own_server.port) as proxy:
        database = open_database(url.replace(f":{own_server.port}/", f":{proxy.port}/"))
        yield proxy, database
        database.close()


def run(work: Work, statement: str) -> None:
    work.session.connection().execute(text(statement))


def name_of(session: Session) -> str:
    return str(session.connection().execute(text("SELECT current_database()")).scalar())


def code(database: Database, fn: Any) -> str:
    with pytest.raises(Refusal) as refused:
        database.write_now(fn)
    return refused.value.code


def test_a_deadlock_is_tried_again(database: Database) -> None:
    """Two that run beside each other take two rows in opposite order."""
    database.write_now(lambda work: [increment(work, name) for name in ("a", "b")])
    meeting, runs = threading.Barrier(2), []

    def crossing(work: Work, first: str, second: str) -> None:
        runs.append(first)
        run(work, f"UPDATE counter SET value = value + 1 WHERE name = '{first}'")
        with suppress(threading.BrokenBarrierError):
            meeting.wait(20 if len(runs) <= 2 else 0)
        run(work, f"UPDATE counter SET value = value + 1 WHERE name = '{second}'")

    ways = [partial(crossing, first=first, second=second) for first, second in (("a", "b"), ("b", "a"))]
    threads = [threading.Thread(target=partial(database.write_now, way, beside=True)) for way in ways]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 3
    assert (counted(database, "a"), counted(database, "b")) == (3, 3)


def test_a_serialisation_failure_is_tried_again(database: Database) -> None:
    """As the server tells it; our own transactions run at a level at which there is none."""
    database.write_now(lambda work: increment(work))
    runs: list[int] = []

    def strict(work: Work) -> None:
        runs.append(1)
        if len(runs) == 1:
            run(work, "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'serialization_failure'; END $$")
        increment(work)

    database.write_now(strict)
    assert len(runs) == 2
    assert counted(database) == 2


def test_what_fails_again_and_again_is_busy(database: Database) -> None:
    runs: list[int] = []

    def hopeless(work: Work) -> None:
        runs.append(1)
        run(work, "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END $$")

    assert code(database, hopeless) == "busy"
    assert len(runs) == 4


async def test_a_retry_repeats_the_whole_group_and_each_caller_gets_one_result(database: Database) -> None:
    runs: list[int] = []

    def once_lost(work: Work) -> int:
        runs.append(1)
        if len(runs) == 1:
            run(work, "SELECT pg_terminate_backend(pg_backend_pid())")
        return increment(work)

    others = [database.write(increment) for _ in range(5)]
    results = await asyncio.gather(database.write(once_lost), *others)
    assert sorted(results) == [1, 2, 3, 4, 5, 6]
    assert counted(database) == 6


def test_a_line_that_breaks_before_the_commit_is_made_anew(line: tuple[Proxy, Database]) -> None:
    proxy, database = line
    breaks = [proxy.reset, proxy.cut]

    def broken(work: Work) -> int:
        value = increment(work)
        if breaks:
            breaks.pop()()
        return value

    assert database.write_now(broken) == 1
    assert counted(database) == 1


def test_a_line_that_breaks_in_the_commit_is_busy_and_nothing_runs_twice(
    line: tuple[Proxy, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit goes out into a line that ends: the server may have done it or not, and nobody can tell."""
    proxy, database = line
    database.write_now(increment)
    runs: list[int] = []

    def counting(work: Work) -> int:
        runs.append(1)
        return increment(work)

    def cut_before_commit(name: str) -> None:
        if name == "commit.before":
            proxy.reset()
        reach(name)

    with monkeypatch.context() as patched:
        patched.setattr("shared.db.database.reach", cut_before_commit)
        assert code(database, counting) == "busy"
    assert len(runs) == 1
    assert counted(database) == 1
    assert database.write_now(counting) == 2


def test_an_answer_to_the_commit_that_never_comes_is_busy_though_it_was_done(
    line: tuple[Proxy, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, database = line
    runs: list[int] = []

    def counting(work: Work) -> int:
        runs.append(1)
        return increment(work)

    def swallow_the_answer(name: str) -> None:
        if name == "commit.before":
            proxy.delay(1.0)
            threading.Timer(1.5, proxy.reset).start()

    with monkeypatch.context() as patched:
        patched.setattr("shared.db.database.reach", swallow_the_answer)
        assert code(database, counting) == "busy"
    proxy.pass_on()
    assert len(runs) == 1
    assert counted(database) == 1


def test_a_statement_that_takes_too_long_is_busy(url: str) -> None:
    database = open_database(url, statement_seconds=1)
    assert code(database, lambda work: run(work, "SELECT pg_sleep(30)")) == "busy"
    with pytest.raises(Refusal):
        database.read_now(lambda session: session.connection().execute(text("SELECT pg_sleep(30)")))
    assert database.write_now(increment) == 1
    database.close()


@pytest.mark.parametrize("way", ["stop", "kill"])
def test_a_server_that_was_away_is_found_again(own: tuple[Postgres, Database], way: str) -> None:
    server, database = own
    assert database.write_now(increment) == 1
    getattr(server, way)()
    assert code(database, increment) == "busy"
    with pytest.raises(Refusal):
        database.read_now(lambda session: session.connection().execute(text("SELECT 1")))
    server.start()
    assert database.write_now(increment) == 2
    assert counted(database) == 2


def test_a_server_that_is_killed_while_transactions_run_keeps_all_that_it_confirmed(
    own: tuple[Postgres, Database],
) -> None:
    server, database = own
    confirmed: list[int] = []
    refused: list[str] = []

    def keep_on() -> None:
        while len(refused) < 2:
            try:
                confirmed.append(database.write_now(increment))
            except Refusal as refusal:
                refused.append(refusal.code)

    threads = [threading.Thread(target=keep_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    soon(lambda: len(confirmed) > 20, "some transactions")
    server.kill()
    for thread in threads:
        thread.join()
    server.start()
    # What was being committed as it died may be there as well: each of the four could have one.
    assert len(confirmed) <= counted(database) <= len(confirmed) + 4
    assert len(set(confirmed)) == len(confirmed)
    assert set(refused) == {"busy"}


def test_an_error_of_copy_is_told_like_any_other(database: Database) -> None:
    """The rows go past SQLAlchemy, straight to the driver."""
    row = {"name": "a", "value": 1}
    database.write_now(lambda work: insert_many(work.session.connection(), COUNTER, [row]))
    with pytest.raises(errors.UniqueViolation):
        database.write_now(lambda work: insert_many(work.session.connection(), COUNTER, [row]))
    assert code(database, lambda work: insert_many(work.session.connection(), COUNTER, [{**row, "name": "\0"}])) == (
        "bad-request"
    )
    assert code(database, lambda work: insert_many(work.session.connection(), COUNTER, [{**row, "value": 2**40}])) == (
        "bad-request"
    )
    assert counted(database, "a") == 1


def test_a_line_that_breaks_in_copy_is_made_anew(line: tuple[Proxy, Database]) -> None:
    proxy, database = line
    runs: list[int] = []

    def copying(work: Work) -> None:
        runs.append(1)
        if len(runs) == 1:
            proxy.reset()
        insert_many(work.session.connection(), COUNTER, [{"name": f"{at}", "value": 1} for at in range(100)])

    database.write_now(copying)
    assert len(runs) == 2
    assert counted(database, "99") == 1


def test_too_few_connections_are_busy(url: str) -> None:
    database = open_database(url, pool=1)
    database.engine.pool._timeout = 0.5  # type: ignore[attr-defined]
    held: list[Connection] = [database.engine.connect() for _ in range(4)]
    assert code(database, increment) == "busy"
    with pytest.raises(NoneFree):
        database.engine.connect()
    for connection in held:
        connection.close()
    assert database.write_now(increment) == 1
    database.close()


def test_a_broken_rule_is_no_refusal_and_loses_nothing(database: Database) -> None:
    with pytest.raises(IntegrityError):
        database.write_now(lambda work: run(work, "INSERT INTO counter (name, value) VALUES ('x', 1), ('x', 2)"))
    assert database.write_now(increment) == 1


def test_a_server_that_takes_no_more_connections_is_busy_for_a_while(own: tuple[Postgres, Database]) -> None:
    server, database = own
    name = database.write_now(
        lambda work: work.session.connection().execute(text("SELECT current_database()")).scalar()
    )
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        sleep(0.2)
        assert code(database, increment) == "busy"
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'.encode())
    assert database.write_now(increment) == 1
