"""What a service's own role may do to its tables, and what it may not although its code is wrong or taken over."""

from collections.abc import Iterator
from typing import Final

import psycopg
import pytest
from psycopg import errors

from shared.db.postgres import PostgresSettings
from tests.integration.db.services import SCHEMAS
from tests.integration.stores import Databases

LOG: Final = ("entry", "entry_subject", "inner_hash", "checkpoint", "disputed_record", "destruction")
KEPT: Final = {"log_head": ("size", "origin"), "alarm": ("state", "kind"), "trail": ("sent_at", "body")}


@pytest.fixture(scope="module")
def audit(databases: Databases) -> PostgresSettings:
    """The audit service's database, as its role reaches it."""
    return databases.make(SCHEMAS["audit"])


@pytest.fixture
def role(audit: PostgresSettings) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(audit.url, autocommit=True) as connection:
        yield connection


def refused(role: psycopg.Connection[tuple[object, ...]], statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        role.execute(statement.encode())


@pytest.mark.parametrize("table", LOG)
def test_what_is_in_the_log_stays_as_it_is(role: psycopg.Connection[tuple[object, ...]], table: str) -> None:
    column = next(iter(SCHEMAS["audit"].metadata.tables[table].columns)).name
    refused(role, f'UPDATE "{table}" SET "{column}" = "{column}"')
    _never(role, table)
    role.execute(f'SELECT count(*) FROM "{table}"'.encode())


@pytest.mark.parametrize("table", KEPT)
def test_of_some_rows_only_what_has_to_change_may(role: psycopg.Connection[tuple[object, ...]], table: str) -> None:
    may, may_not = KEPT[table]
    role.execute(f'UPDATE "{table}" SET "{may}" = "{may}"'.encode())
    refused(role, f'UPDATE "{table}" SET "{may_not}" = "{may_not}"')
    _never(role, table)


@pytest.mark.parametrize("service", SCHEMAS)
def test_no_role_makes_changes_or_empties_tables(databases: Databases, service: str) -> None:
    schema = SCHEMAS[service]
    with psycopg.connect(databases.make(schema).url, autocommit=True) as role:
        for table in schema.metadata.tables:
            for statement in (
                f'TRUNCATE "{table}"',
                f'DROP TABLE "{table}"',
                f'ALTER TABLE "{table}" ADD COLUMN more integer',
                f'CREATE INDEX ON "{table}" ((1))',
                f'GRANT ALL ON "{table}" TO PUBLIC',
            ):
                _fails(role, statement)
            assert role.execute(f'SELECT count(*) FROM "{table}"'.encode()).fetchone() is not None
        refused(role, "CREATE TABLE another (id integer)")
        refused(role, "UPDATE alembic_version SET version_num = '0'")
        refused(role, "SELECT pg_read_file('/etc/hostname')")
        _never(role, "trail")


def test_a_deferred_trick_is_refused_too(role: psycopg.Connection[tuple[object, ...]]) -> None:
    """Neither by way of a conflict nor by a lock for update nor as somebody else."""
    refused(
        role,
        "INSERT INTO checkpoint (size, root, note, signed_at) VALUES (1, '', '', now())"
        " ON CONFLICT (size) DO UPDATE SET note = 'other'",
    )
    refused(role, "SELECT 1 FROM entry FOR UPDATE")
    refused(role, "SET ROLE postgres")
    refused(role, "SET session_replication_role = replica")
    refused(role, "CREATE RULE r AS ON INSERT TO entry DO INSTEAD NOTHING")
    refused(role, "CREATE TRIGGER t BEFORE INSERT ON entry EXECUTE FUNCTION suppress_redundant_updates_trigger()")


def _never(role: psycopg.Connection[tuple[object, ...]], table: str) -> None:
    refused(role, f'DELETE FROM "{table}"')
    refused(role, f'TRUNCATE "{table}"')
    refused(role, f'DROP TABLE "{table}"')


def _fails(role: psycopg.Connection[tuple[object, ...]], statement: str) -> None:
    """GRANT by who owns nothing is only warned of, and does nothing."""
    try:
        role.execute(statement.encode())
    except errors.InsufficientPrivilege:
        return
    assert statement.startswith("GRANT")
