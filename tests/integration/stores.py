"""The same services on PostgreSQL: a database each, made from a migrated template, used as the restricted role."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import psycopg

from shared.db import Database, Schema
from shared.db.migrate import migrate
from shared.db.postgres import PostgresSettings, PostgresStore
from shared.hosting import Kit
from shared.ids import new_id


class Server(Protocol):
    """A PostgreSQL server that tests may fill."""

    @property
    def admin_url(self) -> str: ...
    def create_database(self, name: str, template: str = "") -> None: ...
    def drop_database(self, name: str) -> None: ...
    def url(self, database: str, user: str = ...) -> str: ...


@dataclass
class Databases:
    """Makes databases of services; the migrations run once for each kind of service."""

    server: Server
    templates: dict[str, str] = field(default_factory=dict)

    def make(self, schema: Schema) -> PostgresSettings:
        """A fresh database, as its restricted role reaches it."""
        template = self.templates.get(schema.service)
        if template is None:
            template = self.templates[schema.service] = self._template(schema)
        name = f"test_{schema.service}_{new_id()[-12:]}"
        self.server.create_database(name, template)
        return PostgresSettings(self.server.url(name, user=_role(schema)), pool=2)

    def _template(self, schema: Schema) -> str:
        with psycopg.connect(self.server.admin_url, autocommit=True) as admin:
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (_role(schema),)).fetchone():
                admin.execute(f'CREATE ROLE "{_role(schema)}" LOGIN')
        name = f"template_{schema.service}_{new_id()[-12:]}"
        self.server.create_database(name)
        owner = PostgresStore(PostgresSettings(self.server.url(name)), service=schema.service)
        migrate(owner.engine, schema.metadata, schema.migrations, role=_role(schema))
        owner.engine.dispose()
        return name


@dataclass(frozen=True, kw_only=True)
class PostgresKit(Kit):
    """A kit whose databases stand on a PostgreSQL server."""

    databases: Databases
    made: dict[str, PostgresSettings] = field(default_factory=dict)

    def database(self, schema: Schema) -> Database:
        """The service's database: made the first time, the same one afterwards."""
        settings = self.made.get(schema.service) or self.databases.make(schema)
        self.made[schema.service] = settings
        store: Any = PostgresStore(settings, service=schema.service)
        return Database(store, schema, clock=self.clock)


def _role(schema: Schema) -> str:
    return f"role_{schema.service}"
