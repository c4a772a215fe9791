"""What other processes do in these tests. Each takes its end of a pipe first."""

import asyncio
import signal
from collections.abc import Callable
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from time import time
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlmodel import Session

from shared import faults
from shared.bus import Inbox, Permanent
from shared.bus import claims as claiming
from shared.calendar.clock import SystemClock
from shared.db import Database, Work, leadership
from shared.db.leadership import Leadership
from shared.db.migrate import migrate
from shared.db.postgres import PostgresSettings
from shared.events.authority import StaffChanged
from shared.trail import Access, Actor
from shared.trail.vocabulary import Action, actions
from tests.integration.db.ground import EFFECT, increment, open_database

ACTION = "test.thing.do"


def increments(line: Connection, url: str, times: int, at_once: int) -> int:
    """Read-then-write, in transactions of this process's own."""
    database = open_database(url)

    async def run() -> None:
        for _ in range(times // at_once):
            await asyncio.gather(*(database.write(increment) for _ in range(at_once)))

    asyncio.run(run())
    database.close()
    return times


def records_and_announces(line: Connection, url: str, name: str, times: int) -> None:
    """State, an event and an access record in each transaction."""
    actions()[ACTION] = Action(ACTION, "試験", "test", False)
    database = open_database(url)

    def act(work: Work) -> None:
        value = increment(work)
        work.announce(StaffChanged(staff_id=name, change=f"{value}"), subject=name)
        work.record(Access(Actor.job(name), ACTION, "thing", f"{value}"))

    async def run() -> None:
        await asyncio.gather(*(database.write(act) for _ in range(times)))

    asyncio.run(run())
    database.close()


def stays_inside(line: Connection, url: str, settings: dict[str, Any]) -> str:
    """Says "inside" from inside a transaction, and commits when it is told to."""
    database = open_database(url, **settings)

    def meanwhile() -> None:
        line.send("inside")
        line.recv()

    try:
        database.write_now(lambda work: increment(work, meanwhile=meanwhile))
    except Exception as error:
        return str(getattr(error, "code", error))
    return "committed"


def waits_in_the_database(line: Connection, url: str, seconds: int) -> None:
    """One long statement inside a transaction."""
    database = open_database(url)
    line.send("begins")
    database.write_now(lambda work: work.session.connection().execute(select(func.pg_sleep(seconds))) and None)


def someone_sleeps(session: Session) -> bool:
    """Whether such a statement runs."""
    asked = text("SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'")
    return session.connection().execute(asked).first() is not None


def fails_at(line: Connection, url: str, failpoints: str) -> None:
    """Increments until a failpoint ends it."""
    setattr(faults, "_FAULTS", faults.parse(failpoints))  # noqa: B010
    database = open_database(url)
    while True:
        line.send(database.write_now(increment))


def leads(line: Connection, url: str, name: str, silence: int = leadership.SILENCE_SECONDS) -> None:
    """Says when it begins and ends to lead; ended by SIGTERM, as a drained process is."""
    leadership.SILENCE_SECONDS = silence  # type: ignore[misc]

    async def work() -> None:
        line.send((name, "begins", time()))
        try:
            while True:
                await asyncio.sleep(0.05)
        finally:
            line.send((name, "ends", time()))

    async def run() -> None:
        leading = asyncio.create_task(Leadership(PostgresSettings(url), service="test").lead(work))
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, leading.cancel)
        await asyncio.gather(leading, return_exceptions=True)

    asyncio.run(run())


def hears(line: Connection, url: str, subjects: int) -> None:
    """An inbox that says when each event's effect is committed."""

    async def handler(parts: Any, event: StaffChanged) -> Callable[[Work], None]:
        return lambda work: None

    database = open_database(url)

    async def run() -> None:
        inbox = Inbox(database, None, {StaffChanged: handler}, concurrency=8)
        handled = inbox._handle_row

        async def told(row: Any) -> None:
            await handled(row)
            line.send((row.subject, time()))

        inbox._handle_row = told  # type: ignore[method-assign]
        line.send("ready")
        await inbox.run()

    asyncio.run(run())


def works(line: Connection, url: str, name: str, plan: dict[str, Any]) -> None:
    """An inbox of one of several processes, until SIGTERM; then it drains.

    The plan: `lease`, `renew` in seconds; `failpoints`; `seconds` that a handler takes, by subject or for all (""); the
    events (subject/number) that are `poor` fail for ever, those that are `doomed` at once and for good; `takes` a list
    of subjects' types; `drain` seconds.
    """
    setattr(faults, "_FAULTS", faults.parse(plan.get("failpoints", "")))  # noqa: B010
    claiming.LEASE = type(claiming.LEASE)(seconds=plan.get("lease", 15))  # type: ignore[misc]
    claiming.RENEW_SECONDS = plan.get("renew", 4)  # type: ignore[misc]
    database = open_database(url)
    asyncio.run(_work(line, database, name, plan))
    database.close()


async def _work(line: Connection, database: Database, name: str, plan: dict[str, Any]) -> None:
    async def handler(parts: Any, event: StaffChanged) -> Callable[[Work], None]:
        key = f"{event.staff_id}/{event.change}"
        if plan.get("tells"):
            line.send((name, "begins", key, time()))
        seconds = plan.get("seconds", {})
        await asyncio.sleep(seconds.get(event.staff_id, seconds.get("", 0)))
        if key in plan.get("doomed", ()):
            raise Permanent("no")
        if key in plan.get("poor", ()):
            raise OSError
        return partial(note, event=event, by=name)

    takes = plan.get("takes")
    inbox = Inbox(
        database,
        None,
        {StaffChanged: handler},
        concurrency=plan.get("concurrency", 4),
        takes=lambda event_type: takes is None or event_type in takes,
    )
    running = asyncio.create_task(inbox.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    line.send((name, "ready", "", time()))
    await asyncio.gather(running, return_exceptions=True)
    await inbox.drain(plan.get("drain", 25))


def note(work: Work, event: StaffChanged, by: str) -> None:
    """An effect: who applied which event, and when."""
    row = {"subject": event.staff_id, "number": event.change, "by": by, "at": SystemClock().now()}
    work.session.connection().execute(insert(EFFECT).values(row))


def migrates(line: Connection, url: str, service: str) -> str:
    """Waits for the word, then migrates."""
    schema = import_module(f"services.{service}.app").SCHEMA
    database = open_database(url)
    line.send("ready")
    line.recv()
    migrate(database.engine, schema.metadata, schema.migrations)
    database.close()
    return "migrated"
