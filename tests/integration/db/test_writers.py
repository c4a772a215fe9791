"""One writer at a time in a service's database, whichever process it is in."""

import threading
from time import monotonic

import orjson
import psycopg
import pytest
from sqlalchemy import select

from shared.db import Database
from shared.events import Envelope
from shared.refusals import Refusal
from shared.trail.record import FIRST_PREVIOUS
from tests.integration.db import actors
from tests.integration.db.conftest import Start
from tests.integration.db.ground import PLUMBING, counted, increment, open_database
from tests.integration.db.processes import soon


def test_two_processes_lose_no_increment(url: str, database: Database, start: Start) -> None:
    both = [start(actors.increments, url, 200, at_once) for at_once in (1, 20)]
    assert sum(actor.hear() for actor in both) == 400
    assert counted(database) == 400


def test_records_of_several_processes_are_one_chain_and_events_come_in_the_order_of_commits(
    url: str, database: Database, start: Start
) -> None:
    everyone = [start(actors.records_and_announces, url, f"p{at}", 60) for at in range(3)]
    for actor in everyone:
        actor.hear()
    trail, outbox = PLUMBING.trail, PLUMBING.outbox
    bodies = database.read_now(
        lambda session: session.connection().execute(select(trail.c.body).order_by(trail.c.sequence)).scalars().all()
    )
    records = [orjson.loads(body) for body in bodies]
    assert [record["sequence"] for record in records] == list(range(1, 181))
    assert records[0]["previous"] == FIRST_PREVIOUS
    assert len({record["previous"] for record in records}) == 180
    assert [record["object"] for record in records] == [f"{number}" for number in range(1, 181)]
    bodies = database.read_now(
        lambda session: session.connection().execute(select(outbox.c.body).order_by(outbox.c.position)).scalars().all()
    )
    numbers = [int(Envelope.model_validate_json(body).data["change"]) for body in bodies]
    assert numbers == list(range(1, 181))


def test_what_runs_beside_waits_for_nobody(url: str, database: Database, start: Start) -> None:
    inside = start(actors.stays_inside, url, {})
    assert inside.hear() == "inside"
    database.write_now(lambda work: increment(work, "beside"), beside=True)
    assert counted(database, "beside") == 1
    inside.tell("go on")
    assert inside.hear() == "committed"


def test_readers_wait_for_nobody(url: str, database: Database, start: Start) -> None:
    inside = start(actors.stays_inside, url, {})
    inside.hear()
    assert counted(database) == 0
    inside.tell("go on")
    assert inside.hear() == "committed"
    assert counted(database) == 1


def test_who_waits_too_long_is_told_busy(url: str, start: Start) -> None:
    inside = start(actors.stays_inside, url, {})
    inside.hear()
    database = open_database(url, lock_seconds=1)
    with pytest.raises(Refusal) as refused:
        database.write_now(increment)
    assert refused.value.code == "busy"
    inside.tell("go on")
    assert inside.hear() == "committed"
    assert database.write_now(increment) == 2
    database.close()


def test_a_process_that_stands_still_inside_a_transaction_does_not_keep_the_others_out(url: str, start: Start) -> None:
    """Its session is ended by the server; what it had done is undone, and it is told so when it goes on."""
    inside = start(actors.stays_inside, url, {"statement_seconds": 2})
    inside.hear()
    inside.stop()
    database = open_database(url)
    assert database.write_now(increment) == 1
    inside.tell("go on")
    inside.resume()
    # It finds its line lost before the commit, and runs again on a new one.
    assert inside.hear() == "inside"
    inside.tell("go on")
    assert inside.hear() == "committed"
    assert counted(database) == 2
    database.close()


def test_a_killed_process_leaves_neither_a_lock_nor_half_a_transaction(
    url: str, database: Database, start: Start
) -> None:
    inside = start(actors.stays_inside, url, {})
    inside.hear()
    inside.kill()
    started = monotonic()
    assert database.write_now(increment) == 1
    assert monotonic() - started < 10


def test_a_statement_of_a_killed_process_is_stopped_soon(url: str, database: Database, start: Start) -> None:
    """The server looks after its clients while it works for them, too."""
    slow = start(actors.waits_in_the_database, url, 60)
    slow.hear()
    soon(lambda: database.read_now(actors.someone_sleeps), "the statement to run")
    slow.kill()
    started = monotonic()
    assert database.write_now(increment) == 1
    assert monotonic() - started < 25


@pytest.mark.parametrize(("failpoint", "kept"), [("commit.before=kill:3", 2), ("commit.after=kill:3", 3)])
def test_killed_around_the_commit_all_or_nothing_is_there(
    url: str, database: Database, start: Start, failpoint: str, kept: int
) -> None:
    actor = start(actors.fails_at, url, failpoint)
    assert actor.ended() == -9
    assert counted(database) == kept
    assert database.write_now(increment) == kept + 1


def test_a_group_of_waiting_callers_of_one_thread_each_get_their_own(database: Database) -> None:
    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(database.write_now(increment))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == list(range(1, 21))


def test_nobody_is_left_inside(url: str, database: Database) -> None:
    """After a transaction that failed the connection goes back clean."""
    with pytest.raises(ZeroDivisionError):
        database.write_now(lambda work: increment(work, meanwhile=lambda: 1 / 0))
    with psycopg.connect(url) as other:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state ~ 'idle in'"
        assert other.execute(waiting).fetchone() == (0,)
    assert counted(database) == 0
