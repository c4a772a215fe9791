"""Fresh databases with the tests' own tables, and a server that may be stopped."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from shared.db import Database
from shared.ids import new_id
from tests.integration.db.ground import METADATA, open_database
from tests.integration.db.processes import Actor
from tests.integration.stores import Server
from tests.parts.postgres import Postgres

Start = Callable[..., Actor]


def fresh(server: Server) -> str:
    """The address of a new database that has the tests' own tables."""
    name = f"test_{new_id()[-12:]}"
    server.create_database(name)
    database = open_database(server.url(name))
    METADATA.create_all(database.engine)
    database.close()
    return server.url(name)


@pytest.fixture
def url(postgres: Server) -> str:
    """A database on the server that all tests share."""
    return fresh(postgres)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """The same, opened by the test itself."""
    database = open_database(url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def own_server() -> Iterator[Postgres]:
    """A server of these tests alone, durable, to be stopped and killed; each test leaves it running."""
    server = Postgres(fsync=True).start()
    yield server
    server.close()


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts processes that end with the test."""
    actors: list[Actor] = []

    def starts(*arguments: object) -> Actor:
        actors.append(Actor(*arguments))  # type: ignore[arg-type]
        return actors[-1]

    yield starts
    for actor in actors:
        with suppress(ProcessLookupError):
            actor.kill()
