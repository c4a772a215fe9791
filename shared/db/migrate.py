"""Brings one service's database to its newest version."""

from importlib import resources
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine, MetaData


def migrate(engine: Engine, metadata: MetaData, migrations_package: str) -> None:
    """Run the migrations of `migrations_package` that this database has not seen, in one transaction."""
    with engine.connect() as connection, connection.begin():
        command.upgrade(_config(migrations_package, metadata, connection), "head")


def differences(engine: Engine, metadata: MetaData) -> list[Any]:
    """What the tables in the code have that the migrated database has not, or the other way round."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


def _config(migrations_package: str, metadata: MetaData, connection: object) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("shared.db") / "alembic"))
    config.set_main_option("version_locations", str(resources.files(migrations_package) / "versions"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["metadata"] = metadata
    return config
