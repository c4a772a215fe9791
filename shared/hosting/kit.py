"""What a host gives to each service that it runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from shared.auth.tokens import TokenVerifier
from shared.blobs.store import BlobStore
from shared.calendar.clock import Clock
from shared.crypto.keyring import Keyring
from shared.db.database import Database
from shared.db.migrate import migrate
from shared.db.schema import Schema
from shared.db.sqlite import SqliteStore


@dataclass(frozen=True, kw_only=True)
class Kit:
    """One data directory's keys, clock and places."""

    data_dir: Path
    keyring: Keyring
    clock: Clock
    tokens: TokenVerifier
    mode: Literal["demo", "production"] = "production"
    association: str = ""

    def database(self, schema: Schema) -> Database:
        """The service's own database, migrated to the newest version."""
        name = schema.service
        folder = self.data_dir / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = SqliteStore(f"sqlite:///{folder / name}.sqlite3")
        database = Database(store, schema, clock=self.clock)
        migrate(database.engine, schema.metadata, schema.migrations)
        return database

    def blobs(self, name: str) -> BlobStore:
        """The blob store; what the service makes carries its name, what it may open is anybody's."""
        return BlobStore(self.data_dir / "blobs", self.keyring, name)
