"""The servers that tests stand on: started when the first test asks, ended with the run."""

import os
from collections.abc import Iterator

import pytest

from tests.parts.postgres import GivenPostgres, Postgres
from tests.parts.rabbitmq import GivenRabbitMQ, RabbitMQ


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres | GivenPostgres]:
    """A PostgreSQL server, fast and forgetful; SHOKAI_TEST_DATABASE_URL names one that is there already."""
    given = os.environ.get("SHOKAI_TEST_DATABASE_URL")
    server = GivenPostgres(given) if given else Postgres().start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def rabbitmq() -> Iterator[RabbitMQ | GivenRabbitMQ]:
    """A RabbitMQ node; SHOKAI_TEST_AMQP_URL names one that is there already."""
    given = os.environ.get("SHOKAI_TEST_AMQP_URL")
    node = GivenRabbitMQ(given) if given else RabbitMQ().start()
    yield node
    node.close()
