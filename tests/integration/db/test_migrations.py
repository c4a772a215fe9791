"""Migrations of every service on both engines: several at once, from the release before, beside its code, and back."""

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Column, Engine, Integer, LargeBinary, MetaData, String, Table, insert, inspect, select, text

from shared.calendar.clock import SystemClock
from shared.db import Schema, UtcDateTime
from shared.db.migrate import _config, differences, is_at_head, migrate
from shared.ids import new_id
from tests.integration.db import actors
from tests.integration.db.conftest import Start
from tests.integration.db.ground import open_database
from tests.integration.db.services import SCHEMAS
from tests.integration.stores import Server

CLAIMS = {"claimed_by", "claimed_until"}


@pytest.fixture
def place(tmp_path: Path, store: str, request: pytest.FixtureRequest) -> str:
    """The address of an empty database."""
    if store == "sqlite":
        return f"sqlite:///{tmp_path / 'test.sqlite3'}"
    server: Server = request.getfixturevalue("postgres")
    name = f"test_{new_id()[-12:]}"
    server.create_database(name)
    return server.url(name)


def to(engine: Engine, schema: Schema, revision: str, *, down: bool = False) -> None:
    """Run Alembic to a certain revision."""
    with engine.connect() as connection, connection.begin():
        step = command.downgrade if down else command.upgrade
        step(_config(schema.migrations, schema.metadata, connection), revision)


def at_0001(engine: Engine, schema: Schema) -> None:
    """As the release before has left it: its first migration made the inbox without claims."""
    to(engine, schema, "0001")
    with engine.connect() as connection, connection.begin():
        for name in CLAIMS:
            connection.execute(text(f"ALTER TABLE inbox DROP COLUMN {name}"))


def columns(engine: Engine) -> set[str]:
    return {column["name"] for column in inspect(engine).get_columns("inbox")}


def old_inbox() -> Table:
    """The inbox as the release before knows it."""
    return Table(
        "inbox",
        MetaData(),
        Column("position", Integer, primary_key=True),
        Column("event_id", String),
        Column("type", String),
        Column("subject", String),
        Column("body", LargeBinary),
        Column("status", String),
        Column("next_at", UtcDateTime),
        Column("received_at", UtcDateTime),
    )


def row(subject: str) -> dict[str, Any]:
    now = SystemClock().now()
    return {
        "event_id": new_id(), "type": "t", "subject": subject, "body": b"{}", "next_at": now, "received_at": now,
    }  # fmt: skip


@pytest.mark.parametrize("service", SCHEMAS)
def test_from_the_release_before_to_the_newest_and_back(place: str, service: str) -> None:
    schema = SCHEMAS[service]
    database = open_database(place)
    engine = database.engine
    assert not is_at_head(engine, schema.migrations)
    at_0001(engine, schema)
    assert not columns(engine) & CLAIMS
    assert not is_at_head(engine, schema.migrations)
    old = old_inbox()
    with engine.connect() as connection, connection.begin():
        connection.execute(insert(old).values(row("before")))
    migrate(engine, schema.metadata, schema.migrations)
    assert is_at_head(engine, schema.migrations)
    assert differences(engine, schema.metadata) == []
    new = schema.plumbing.inbox
    with engine.connect() as connection, connection.begin():
        connection.execute(insert(old).values(row("beside")))
        found = connection.execute(select(new.c.subject, new.c.claimed_by, new.c.claimed_until)).all()
        assert sorted(found) == [("before", "", None), ("beside", "", None)]
        assert len(connection.execute(select(old)).all()) == 2
    to(engine, schema, "0001", down=True)
    assert not columns(engine) & CLAIMS
    migrate(engine, schema.metadata, schema.migrations)
    migrate(engine, schema.metadata, schema.migrations)
    assert differences(engine, schema.metadata) == []
    with engine.connect() as connection:
        assert len(connection.execute(select(new)).all()) == 2
    database.close()


def test_a_newer_database_is_good_enough(place: str) -> None:
    schema = SCHEMAS["authority"]
    database = open_database(place)
    migrate(database.engine, schema.metadata, schema.migrations)
    with database.engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert is_at_head(database.engine, schema.migrations)
    database.close()


def test_two_processes_migrate_at_once(place: str, start: Start) -> None:
    schema = SCHEMAS["audit"]
    if not place.startswith("sqlite"):
        database = open_database(place)
        at_0001(database.engine, schema)
        database.close()
    both = [start(actors.migrates, place, "audit") for _ in range(2)]
    for actor in both:
        assert actor.hear() == "ready"
    for actor in both:
        actor.tell("now")
    assert [actor.hear() for actor in both] == ["migrated", "migrated"]
    database = open_database(place)
    assert is_at_head(database.engine, schema.migrations)
    assert differences(database.engine, schema.metadata) == []
    database.close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(place: str) -> None:
    schema = SCHEMAS["intake"]
    database = open_database(place)
    at_0001(database.engine, schema)
    with database.engine.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = 'unknown'"))
    with pytest.raises(Exception, match="unknown"):
        migrate(database.engine, schema.metadata, schema.migrations)
    assert not columns(database.engine) & CLAIMS
    database.close()
