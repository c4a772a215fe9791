"""What a process of the distributed mode gives to its service: PostgreSQL, shared blobs and keys, the real clock."""

from dataclasses import dataclass

from shared.auth.tokens import TokenVerifier
from shared.blobs.opening import open_store
from shared.blobs.store import BlobStore
from shared.calendar.clock import Clock, DemoClock, SystemClock
from shared.crypto.keyring import Keyring
from shared.crypto.published import KeyringKeys
from shared.db import Database, Schema
from shared.db.migrate import migrate
from shared.db.postgres import PostgresSettings, PostgresStore
from shared.hosting.host_settings import HostSettings, secret
from shared.hosting.kit import Kit
from shared.refusals import Refusal


@dataclass(frozen=True, kw_only=True)
class DistributedKit(Kit):
    """One process's stores, out of its settings."""

    settings: HostSettings

    @classmethod
    def open(cls, settings: HostSettings) -> "DistributedKit":
        """Refusal `demo-clock-missing` where a demo has no clock file."""
        keyring = open_keyring(settings)
        return cls(
            data_dir=settings.data_dir,
            keyring=keyring,
            clock=clock_of(settings),
            tokens=TokenVerifier(KeyringKeys(keyring)),
            mode=settings.mode,
            association=settings.association,
            settings=settings,
        )

    def database(self, schema: Schema) -> Database:
        """The service's own database, as it is: `migrate` brings it to its newest version before."""
        store = PostgresStore(self.settings.postgres(schema.service), service=schema.service)
        return Database(store, schema, clock=self.clock)

    def blobs(self, name: str) -> BlobStore:
        """The store that all services share."""
        settings = self.settings
        return open_store(settings.blobs_url, settings.keys_dir, self.keyring, name, settings.s3())


def migrate_service(settings: HostSettings, schema: Schema) -> None:
    """Bring a service's database to its newest version, as its owner, and grant its role what it needs."""
    owner: PostgresSettings = settings.postgres_owner(schema.service)
    store = PostgresStore(owner, service=schema.service)
    role = settings.database_role.replace("{service}", schema.service)
    migrate(store.engine, schema.metadata, schema.migrations, role=role)
    store.engine.dispose()


def open_keyring(settings: HostSettings) -> Keyring:
    """The keyring that all services share."""
    return Keyring.open(settings.keys_dir / "keyring.json", secret(settings.keyring_passphrase_file) or None)


def clock_of(settings: HostSettings) -> Clock:
    """The machine's clock, or in a demo the one that can be set."""
    if settings.mode != "demo":
        return SystemClock()
    if settings.clock_file is None:
        raise Refusal("demo-clock-missing")
    return DemoClock(settings.clock_file)
