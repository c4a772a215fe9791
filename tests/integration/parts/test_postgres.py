"""The PostgreSQL of the tests: a database a test, a kill that loses nothing, an end that leaves nothing."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.parts.keeper import wait_until
from tests.parts.postgres import GivenPostgres, NotOurs, Postgres

OF_A_TEST_RUN = """
import sys, time
from tests.parts.postgres import Postgres
server = Postgres().start()
print(server.pid, server.folder, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def durable() -> Iterator[Postgres]:
    """One that is meant to be killed."""
    server = Postgres(fsync=True)
    try:
        yield server.start()
    finally:
        server.close()


def test_a_database_is_made_from_a_template(postgres: Postgres) -> None:
    postgres.create_database("mother")
    with psycopg.connect(postgres.url("mother")) as mother:
        mother.execute("CREATE TABLE kept (n integer)")
    postgres.create_database("child", "mother")
    with psycopg.connect(postgres.url("child")) as child:
        assert child.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    postgres.drop_database("child")
    postgres.drop_database("mother")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.url("child"))


def test_what_was_committed_outlives_a_kill(durable: Postgres) -> None:
    with psycopg.connect(durable.admin_url, autocommit=True) as admin:
        assert admin.execute("SHOW fsync").fetchone() == ("on",)
        admin.execute("CREATE TABLE kept AS SELECT 7 AS n")
        durable.kill()
        with pytest.raises(psycopg.OperationalError):
            admin.execute("SELECT 1")
    durable.start()
    durable.restart()
    with psycopg.connect(durable.admin_url) as admin:
        assert admin.execute("SELECT n FROM kept").fetchone() == (7,)


def test_nothing_is_left_when_the_tests_are_killed() -> None:
    run = subprocess.Popen([sys.executable, "-c", OF_A_TEST_RUN], stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    pid, folder = run.stdout.readline().split()
    assert Path(f"/proc/{pid}").exists()
    run.send_signal(signal.SIGKILL)
    run.communicate()
    wait_until(lambda: not Path(f"/proc/{pid}").exists() and not Path(folder).exists(), "the server to go", 20)


def test_nothing_is_left_after_close() -> None:
    before = time.monotonic()
    server = Postgres().start()
    assert server.folder.exists()
    server.close()
    server.close()
    assert not server.folder.exists()
    assert time.monotonic() - before < 30


def test_a_server_that_was_there_before_is_not_stopped(postgres: Postgres) -> None:
    given = GivenPostgres(postgres.admin_url)
    with pytest.raises(NotOurs):
        given.kill()
    given.close()
    with psycopg.connect(given.url("postgres")) as admin:
        assert admin.execute("SELECT 1").fetchone() == (1,)
