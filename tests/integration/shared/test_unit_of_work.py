"""State, events and access records commit together; what was committed arrives once. On either engine."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, delete, func, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import Session

from shared.bus import Inbox, LocalBus, Permanent
from shared.bus.inbox import ATTEMPTS
from shared.calendar.clock import FixedClock
from shared.db import Database, Plumbing, Schema, Work
from shared.db.postgres import PostgresSettings, PostgresStore
from shared.db.sqlite import SqliteStore
from shared.db.stores import Store
from shared.events import Envelope
from shared.events.authority import StaffChanged
from shared.ids import new_id
from shared.refusals import Refusal
from shared.telemetry.metrics import Metrics
from shared.trail import Access, Actor
from shared.trail.vocabulary import Action, actions
from tests.integration.stores import Server

METADATA = MetaData()
PLUMBING = Plumbing(METADATA)
EFFECTS = Table("effect", METADATA, Column("name", String, primary_key=True), Column("times", Integer))


@pytest.fixture
def database(
    tmp_path: Path, store: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    monkeypatch.setitem(actions(), "test.thing.do", Action("test.thing.do", "試験", "test", False))
    stands_on: Store = SqliteStore(f"sqlite:///{tmp_path / 'test'}.sqlite3")
    if store == "postgres":
        server: Server = request.getfixturevalue("postgres")
        name = f"test_{new_id()[-12:]}"
        server.create_database(name)
        stands_on = PostgresStore(PostgresSettings(server.url(name)), service="test")
    database = Database(
        stands_on,
        Schema("test", METADATA, PLUMBING, ""),
        clock=FixedClock(datetime(2026, 6, 1, tzinfo=UTC)),
    )
    METADATA.create_all(database.engine)
    yield database
    database.close()


def effect(work: Work, name: str) -> None:
    work.session.connection().execute(insert(EFFECTS).values(name=name, times=1))


def count(database: Database, table: Table) -> int:
    return database.read_now(
        lambda session: session.connection().execute(select(func.count()).select_from(table)).scalar_one()
    )


def act(name: str) -> Access:
    return Access(Actor.job("test"), "test.thing.do", "thing", name)


def everything(work: Work, name: str) -> str:
    effect(work, name)
    work.announce(StaffChanged(staff_id=name, change="added"), subject=name)
    work.record(act(name))
    return name


async def test_state_event_and_record_commit_together(database: Database) -> None:
    assert await database.write(lambda work: everything(work, "a")) == "a"
    assert [count(database, table) for table in (EFFECTS, PLUMBING.outbox, PLUMBING.trail)] == [1, 1, 1]


async def test_a_failure_undoes_all_three_and_nobody_elses(database: Database) -> None:
    def failing(work: Work) -> None:
        everything(work, "b")
        raise ValueError

    results = await asyncio.gather(
        database.write(lambda work: everything(work, "a")),
        database.write(failing),
        database.write(lambda work: everything(work, "a")),
        database.write(lambda work: everything(work, "c")),
        return_exceptions=True,
    )
    assert results[0] == "a"
    assert isinstance(results[1], ValueError)
    assert isinstance(results[2], IntegrityError)
    assert results[3] == "c"
    assert [count(database, table) for table in (EFFECTS, PLUMBING.outbox, PLUMBING.trail)] == [2, 2, 2]


async def test_records_are_numbered_without_gap_and_chained(database: Database) -> None:
    await asyncio.gather(*(database.write(lambda work: work.record(act("x"))) for _ in range(100)))
    bodies = database.read_now(
        lambda session: session.connection().execute(select(PLUMBING.trail.c.body)).scalars().all()
    )
    records = [orjson.loads(body) for body in bodies]
    assert [record["sequence"] for record in records] == list(range(1, 101))
    assert len({record["previous"] for record in records}) == 100


async def test_events_leave_in_the_order_of_their_commits(database: Database) -> None:
    def announcing(work: Work) -> str:
        number = work.session.connection().execute(select(func.count()).select_from(EFFECTS)).scalar_one()
        everything(work, f"{number}")
        return f"{number}"

    order = await asyncio.gather(*(database.write(announcing) for _ in range(100)))
    wanted = select(PLUMBING.outbox.c.body).order_by(PLUMBING.outbox.c.position)
    bodies = database.read_now(lambda session: session.connection().execute(wanted).scalars().all())
    assert [Envelope.model_validate_json(body).subject for body in bodies] == sorted(order, key=int)
    assert len(set(order)) == 100


async def test_waiting_transactions_share_a_commit(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    groups: list[int] = []
    monkeypatch.setattr(Metrics, "committed", lambda self, transactions, seconds: groups.append(transactions))
    await asyncio.gather(*(database.write(partial(effect, name=f"{at}")) for at in range(200)))
    assert sum(groups) == 200
    assert max(groups) > 1


async def test_what_a_reader_changes_is_not_kept(database: Database) -> None:
    await database.write(lambda work: effect(work, "a"))
    try:
        await database.read(lambda session: session.connection().execute(delete(EFFECTS)) and None)
    except DBAPIError:
        # PostgreSQL refuses it at once.
        assert database.shared
    assert count(database, EFFECTS) == 1


async def test_a_reader_sees_one_moment(database: Database) -> None:
    def reading(session: Session) -> tuple[int, int]:
        counting = select(func.count()).select_from(EFFECTS)
        before = session.connection().execute(counting).scalar_one()
        database.write_now(lambda work: effect(work, "meanwhile"))
        return before, session.connection().execute(counting).scalar_one()

    assert await database.read(reading) == (0, 0)
    assert count(database, EFFECTS) == 1


async def test_a_transaction_does_not_wait_for_another_inside_itself(database: Database) -> None:
    with pytest.raises(RuntimeError):
        await database.write(lambda work: database.write_now(lambda inner: None))


async def test_who_comes_after_the_end_is_refused_and_not_kept_waiting(database: Database) -> None:
    queued = [database.write(partial(effect, name=f"{at}")) for at in range(10)]
    waiting = asyncio.gather(*queued)
    await asyncio.sleep(0)
    await asyncio.to_thread(database.close)
    await asyncio.wait_for(waiting, 30)
    with pytest.raises(Refusal) as refused:
        await asyncio.wait_for(database.write(lambda work: effect(work, "late")), 30)
    assert refused.value.code == "busy"


async def test_an_action_outside_the_vocabulary_is_refused(database: Database) -> None:
    with pytest.raises(LookupError):
        await database.write(lambda work: work.record(Access(Actor.job("test"), "no.such.act", "thing", "1")))


async def test_an_event_is_applied_once_although_its_handler_fails_first(database: Database) -> None:
    failures = iter([True, True, False])

    async def handler(parts: Any, event: StaffChanged) -> Any:
        if next(failures):
            raise OSError
        return lambda work: effect(work, f"handled {event.staff_id}")

    inbox = Inbox(database, None, {StaffChanged: handler})
    bus = LocalBus({"test": database}, {"test": inbox})
    await bus.start()
    await database.write(lambda work: everything(work, "a"))
    await asyncio.wait_for(bus.idle(), 60)
    await bus.stop()
    assert count(database, EFFECTS) == 2


async def test_what_cannot_be_mended_is_parked_with_its_cause_and_without_text(database: Database) -> None:
    async def handler(parts: Any, event: StaffChanged) -> Any:
        raise Permanent("氏名 山田太郎")

    inbox = Inbox(database, None, {StaffChanged: handler})
    bus = LocalBus({"test": database}, {"test": inbox})
    await bus.start()
    await database.write(lambda work: everything(work, "a"))
    await asyncio.wait_for(bus.idle(), 60)
    await bus.stop()
    row = database.read_now(lambda session: session.connection().execute(select(PLUMBING.inbox)).one())
    assert row.status == "parked"
    assert row.cause.startswith("Permanent at handler:")
    assert "山田" not in row.cause


async def test_what_arrives_is_handled_though_the_clock_was_set_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def handler(parts: Any, event: StaffChanged) -> Any:
        return None

    inbox = Inbox(database, None, {StaffChanged: handler})
    inbox._clock.now()
    before = datetime.now(UTC) + timedelta(hours=3)
    monkeypatch.setattr(inbox._clock, "_latest", before)
    bus = LocalBus({"test": database}, {"test": inbox})
    await bus.start()
    await database.write(lambda work: everything(work, "a"))
    await asyncio.wait_for(bus.idle(), 20)
    await bus.stop()


async def test_a_store_that_is_away_parks_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.bus.inbox.delay_after", lambda attempts: timedelta())
    tried = 0

    async def handler(parts: Any, event: StaffChanged) -> Any:
        nonlocal tried
        tried += 1
        if tried <= 2 * ATTEMPTS:
            raise Refusal("busy")
        return None

    inbox = Inbox(database, None, {StaffChanged: handler})
    bus = LocalBus({"test": database}, {"test": inbox})
    await bus.start()
    await database.write(lambda work: everything(work, "a"))
    await asyncio.wait_for(bus.idle(), 60)
    await bus.stop()
    row = database.read_now(lambda session: session.connection().execute(select(PLUMBING.inbox)).one())
    assert (row.status, tried) == ("done", 2 * ATTEMPTS + 1)


async def test_each_subject_keeps_its_order_while_others_go_on(database: Database) -> None:
    seen: list[str] = []
    first = True

    async def handler(parts: Any, event: StaffChanged) -> Any:
        nonlocal first
        if event.staff_id == "a" and first:
            first = False
            raise OSError
        seen.append(f"{event.staff_id}{event.change}")
        return None

    inbox = Inbox(database, None, {StaffChanged: handler})
    bus = LocalBus({"test": database}, {"test": inbox})

    def announce(work: Work) -> None:
        for staff_id, change in (("a", "1"), ("a", "2"), ("b", "1")):
            work.announce(StaffChanged(staff_id=staff_id, change=change), subject=staff_id)

    await database.write(announce)
    await bus.start()
    await asyncio.wait_for(bus.idle(), 60)
    await bus.stop()
    assert seen.index("a1") < seen.index("a2")
    assert seen[0] == "b1"
