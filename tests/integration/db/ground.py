"""A small service of the tests' own: its tables, its events' effects, and how a process opens its database."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select, update
from sqlmodel import Session

from shared.calendar.clock import SystemClock
from shared.db import Database, Plumbing, Schema, Work
from shared.db.columns import UtcDateTime
from shared.db.plumbing import BIG
from shared.db.postgres import PostgresSettings, PostgresStore
from shared.db.sqlite import SqliteStore
from shared.events import Envelope
from shared.events.authority import StaffChanged
from shared.ids import new_id

METADATA: Final = MetaData()
PLUMBING: Final = Plumbing(METADATA)
SCHEMA: Final = Schema("test", METADATA, PLUMBING, "")
COUNTER: Final = Table("counter", METADATA, Column("name", String, primary_key=True), Column("value", Integer))
# One row each time that an effect is applied, in the order of the commits.
EFFECT: Final = Table(
    "effect",
    METADATA,
    Column("position", BIG, primary_key=True, autoincrement=True),
    Column("subject", String, nullable=False),
    Column("number", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)


def open_database(url: str, **settings: Any) -> Database:
    """A database on either engine, by its address."""
    if url.startswith("sqlite"):
        return Database(SqliteStore(url), SCHEMA, clock=SystemClock())
    store = PostgresStore(PostgresSettings(url, **settings), service="test")
    return Database(store, SCHEMA, clock=SystemClock())


def increment(work: Work, name: str = "all", meanwhile: Callable[[], object] = lambda: None) -> int:
    """Read, then write what was read and one more."""
    connection = work.session.connection()
    value = connection.execute(select(COUNTER.c.value).where(COUNTER.c.name == name)).scalar()
    meanwhile()
    if value is None:
        connection.execute(insert(COUNTER).values(name=name, value=1))
        return 1
    connection.execute(update(COUNTER).where(COUNTER.c.name == name).values(value=value + 1))
    return int(value) + 1


def counted(database: Database, name: str = "all") -> int:
    """What a counter says."""
    wanted = select(func.coalesce(func.sum(COUNTER.c.value), 0)).where(COUNTER.c.name == name)
    return database.read_now(lambda session: int(session.connection().execute(wanted).scalar_one()))


def events(subjects: int, each: int) -> list[tuple[Envelope, bytes]]:
    """Events of several subjects, numbered within each."""
    made = []
    for number in range(each):
        for subject in range(subjects):
            name = f"s{subject}"
            data = StaffChanged(staff_id=name, change=f"{number}").model_dump(mode="json")
            time = SystemClock().now().isoformat()
            envelope = Envelope(
                id=new_id(), source="/test", type=StaffChanged.TYPE, subject=name, time=time, traceparent="", data=data
            )
            made.append((envelope, envelope.model_dump_json().encode()))
    return made


def applied(session: Session) -> list[tuple[str, int]]:
    """Which effects were applied, in order: subject and number."""
    rows = session.connection().execute(select(EFFECT.c.subject, EFFECT.c.number).order_by(EFFECT.c.position))
    return [(row.subject, int(row.number)) for row in rows]


def left(session: Session) -> dict[str, int]:
    """How many events of the inbox are in each state."""
    inbox = PLUMBING.inbox
    counts = select(inbox.c.status, func.count()).group_by(inbox.c.status)
    return {row[0]: row[1] for row in session.connection().execute(counts)}
