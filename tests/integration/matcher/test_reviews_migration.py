"""What was decided before there were turns becomes a first verdict, and code of the release before works on beside."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from alembic import command
from sqlalchemy import JSON, Column, Engine, Integer, LargeBinary, MetaData, String, Table, insert, select, update

from services.matcher.app import SCHEMA
from services.matcher.storage.tables import Review, ReviewVerdict
from shared.db import UtcDateTime, table_of
from shared.db.migrate import _config, differences, migrate
from shared.ids import new_id
from tests.integration.db.ground import open_database
from tests.integration.stores import Server

NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
BEFORE: Final = "0003"
# The table as the release before knows it.
OLD: Final = Table(
    "review",
    MetaData(),
    *(Column(name, String) for name in "id batch_id slice_id plan_number state rules proposed outcome".split()),
    *(Column(name, String) for name in "inquiry_number differing decided_by".split()),
    *(Column(name, Integer) for name in ("seq", "serial", "candidates")),
    *(Column(name, LargeBinary) for name in ("sides", "reason")),
    *(Column(name, UtcDateTime) for name in ("opened_at", "decided_at")),
    Column("reasons", JSON),
)


@pytest.fixture
def engine(tmp_path: Path, store: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database as the release before left it, empty."""
    place = f"sqlite:///{tmp_path / 'test.sqlite3'}"
    if store == "postgres":
        server: Server = request.getfixturevalue("postgres")
        name = f"test_{new_id()[-12:]}"
        server.create_database(name)
        place = server.url(name)
    database = open_database(place)
    to(database.engine, BEFORE)
    yield database.engine
    database.close()


def to(engine: Engine, revision: str, *, down: bool = False) -> None:
    """Run Alembic to a certain revision."""
    with engine.connect() as connection, connection.begin():
        step = command.downgrade if down else command.upgrade
        step(_config(SCHEMA.migrations, SCHEMA.metadata, connection), revision)


def review(outcome: str = "", *, proposed: str = "11", reason: bytes | None = b"sealed") -> dict[str, Any]:
    """A review as the release before writes it: open, or decided where it has an outcome."""
    decided = {"decided_by": "operator-1", "decided_at": NOW, "reason": reason} if outcome else {}
    return {
        **dict.fromkeys(("batch_id", "slice_id", "plan_number", "rules", "inquiry_number", "differing"), ""),
        **dict.fromkeys(("seq", "serial", "candidates"), 1),
        "id": new_id(),
        "reasons": [],
        "sides": b"",
        "opened_at": NOW,
        "proposed": proposed,
        "outcome": outcome,
        "decided_by": "",
        "decided_at": None,
        "reason": None,
        "state": "decided" if outcome else "open",
        **decided,
    }


def rows(engine: Engine, table: Table) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(table).order_by(*table.primary_key)).all())


def test_decided_reviews_get_their_verdict_and_open_ones_wait_for_the_first(engine: Engine) -> None:
    old = [review("11"), review("41"), review("1", proposed="1"), review("7", proposed="1", reason=None), review()]
    with engine.connect() as connection, connection.begin():
        connection.execute(insert(OLD), old)
    migrate(engine, SCHEMA.metadata, SCHEMA.migrations)
    verdicts = {one.review_id: one for one in rows(engine, table_of(ReviewVerdict))}
    assert [verdicts[one["id"]].same_person for one in old[:4]] == [True, False, True, False]
    for one in old[:4]:
        kept = verdicts.pop(one["id"])
        assert (kept.turn, kept.by, kept.at, kept.outcome) == (1, "operator-1", NOW, one["outcome"])
        assert (kept.reason, kept.candidate) == (one["reason"], None)
    assert not verdicts
    assert {(one.turn, one.second, one.assigned_to) for one in rows(engine, table_of(Review))} == {(1, "", "")}
    assert differences(engine, SCHEMA.metadata) == []


def test_code_of_the_release_before_works_beside_and_everything_goes_back(engine: Engine) -> None:
    migrate(engine, SCHEMA.metadata, SCHEMA.migrations)
    opened, waiting = review(), review()
    new = table_of(Review)
    with engine.connect() as connection, connection.begin():
        connection.execute(insert(OLD), [opened, waiting])
        decided = {"state": "decided", "outcome": "41", "decided_by": "operator-2", "decided_at": NOW}
        connection.execute(update(OLD).where(OLD.c.id == opened["id"]).values(decided))
        connection.execute(update(new).where(new.c.id == waiting["id"]).values(turn=2, second="four-eyes"))
    # The release before counts what is open: a review that waits for its second person must be among it.
    assert {one.id: one.state for one in rows(engine, new)} == {opened["id"]: "decided", waiting["id"]: "open"}
    to(engine, BEFORE, down=True)
    assert {one.id for one in rows(engine, OLD)} == {opened["id"], waiting["id"]}
    migrate(engine, SCHEMA.metadata, SCHEMA.migrations)
    assert [one.review_id for one in rows(engine, table_of(ReviewVerdict))] == [opened["id"]]
    assert {one.turn for one in rows(engine, new)} == {1}
