"""Brings one service's database to its newest version, and says what its restricted role may do there."""

from functools import cache
from importlib import resources
from typing import Any, Final

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table

MIGRATION_LOCK: Final = 7_405_102


def migrate(engine: Engine, metadata: MetaData, migrations_package: str, *, role: str = "") -> None:
    """Run the migrations of `migrations_package` that this database has not seen, in one transaction.

    Several processes may call it at once: one migrates, the others wait and find nothing left to do. On PostgreSQL
    `role` is then granted what the tables allow and nothing else.
    """
    with engine.connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            # However long another migrates, and however long this one takes.
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
        command.upgrade(_config(migrations_package, metadata, connection), "head")
        if role:
            _grant(connection, metadata, role)


def is_at_head(engine: Engine, migrations_package: str) -> bool:
    """Whether the database has seen every migration that this code knows. A newer database is at head as well."""
    known, head = _revisions(migrations_package)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        return False
    return current not in known or current == head


@cache
def _revisions(migrations_package: str) -> tuple[frozenset[str], str | None]:
    """All revisions that this code knows, and the newest. Read once: every probe of readiness asks."""
    script = ScriptDirectory.from_config(_config(migrations_package, None, None))
    return frozenset(revision.revision for revision in script.walk_revisions()), script.get_current_head()


def differences(engine: Engine, metadata: MetaData) -> list[Any]:
    """What the tables in the code have that the migrated database has not, or the other way round."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def _grant(connection: Connection, metadata: MetaData, role: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(role)
    run = connection.exec_driver_sql
    run(f"GRANT USAGE ON SCHEMA public TO {quoted}")
    run(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quoted}")
    run(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {quoted}")
    run(f"GRANT SELECT ON alembic_version TO {quoted}")
    for table in metadata.sorted_tables:
        name = connection.dialect.identifier_preparer.format_table(table)
        run(f"GRANT {_rights(table)} ON {name} TO {quoted}")


def _rights(table: Table) -> str:
    """Everything, unless the table says which of its columns may change once a row is there (none: insert only)."""
    changes = table.info.get("changes")
    if changes is None:
        return "SELECT, INSERT, UPDATE, DELETE"
    return "SELECT, INSERT" + (f", UPDATE ({', '.join(changes)})" if changes else "")


def _config(migrations_package: str, metadata: MetaData | None, connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("shared.db") / "alembic"))
    config.set_main_option("version_locations", str(resources.files(migrations_package) / "versions"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config
