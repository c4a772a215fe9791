"""Where a bundle goes: the databases, folders and keys that the settings of the distributed mode name.

Nothing can start on a half-imported system: until the last step the keyring's place holds a note that no service
takes for a keyring, and that `prepare` does not overwrite.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine

from cli.moving.blobs import Destination
from cli.moving.bundle import SCHEMAS, Manifest
from shared.blobs.places import make_room
from shared.crypto.durable import write_durably
from shared.db.postgres import PostgresStore
from shared.db.transfer import in_use, mark
from shared.hosting.host_settings import HostSettings
from shared.refusals import Refusal

UNFINISHED: Final = "shokai-import-unfinished"
IMPORT_LOCK: Final = 7_405_104
COPYING: Final = "copying"
VERIFIED: Final = "verified"


@dataclass(frozen=True)
class Target:
    """One installation of the distributed mode that is to be filled."""

    settings: HostSettings

    @property
    def keyring_file(self) -> Path:
        """The place of the keyring, and of the note before it is there."""
        return self.settings.keys_dir / "keyring.json"

    @property
    def log(self) -> Path:
        """The audit service's published log."""
        return self.settings.data_dir / "audit" / "log"

    @cached_property
    def blobs(self) -> Destination:
        """Where the blobs go."""
        return Destination.of(self.settings)

    @cached_property
    def stores(self) -> dict[str, PostgresStore]:
        """Each service's database as its owner reaches it, with all the time that a long copy takes."""
        if not self.settings.database_owner_url:
            raise Refusal("setting-missing", name="SHOKAI_DATABASE_OWNER_URL")
        if "{service}" not in self.settings.database_owner_url:
            raise Refusal("setting-missing", name="SHOKAI_DATABASE_OWNER_URL", where="{service}")
        owners = {name: self.settings.postgres_owner(name) for name in SCHEMAS}
        patient = {name: replace(owner, statement_seconds=0, lock_seconds=0) for name, owner in owners.items()}
        return {name: PostgresStore(owner, service=name) for name, owner in patient.items()}

    def engine(self, service: str) -> Engine:
        """Its connections."""
        return self.stores[service].engine

    def run(self, service: str, work: Callable[[Connection], Any]) -> Any:
        """Do something in one transaction. Refusal `busy` where the server does not answer."""
        store = self.stores[service]
        try:
            with store.engine.begin() as connection:
                store.begin_write(connection)
                return work(connection)
        except Refusal:
            raise  # it knows better than the error behind it
        except Exception as failure:
            refusal = store.as_refusal(failure)
            if refusal is failure:
                raise
            raise refusal from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep any other import away. Refusal `import-running`."""
        first = next(iter(SCHEMAS))
        self.run(first, lambda connection: None)
        with self.engine(first).connect() as connection:
            free = connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (IMPORT_LOCK,)).scalar()
            if not free:
                raise Refusal("import-running")
            yield  # the lock ends with the connection

    def close(self) -> None:
        """Let go of all connections."""
        for store in self.stores.values():
            store.engine.dispose()

    def stage(self, manifest: Manifest, keyring: bytes) -> str:
        """How far an earlier try with this bundle came; empty where there was none.

        Refusals: `already-imported`; `target-not-empty` where there is a keyring, or the note of another bundle.
        """
        try:
            there = self.keyring_file.read_bytes()
        except FileNotFoundError:
            return ""
        if there == keyring:
            raise Refusal("already-imported")
        try:
            note = json.loads(there)
        except ValueError:
            note = {}
        if note.get("format") != UNFINISHED or note.get("bundle") != manifest.id:
            raise Refusal("target-not-empty", where="SHOKAI_KEYS_DIR")
        return str(note["stage"])

    def reach(self, stage: str, manifest: Manifest) -> None:
        """Note how far the import is, in the place of the keyring."""
        make_room(self.settings.keys_dir)
        note = {"format": UNFINISHED, "bundle": manifest.id, "stage": stage}
        write_durably(self.keyring_file, json.dumps(note).encode())

    def check_empty(self) -> None:
        """Refusal `target-not-empty` with the place that is in use."""
        for name in SCHEMAS:
            table = self.run(name, lambda connection: in_use(connection))
            if table is not None:
                raise Refusal("target-not-empty", where=f"{name}.{table}")
        if self.blobs.in_use():
            raise Refusal("target-not-empty", where="SHOKAI_BLOBS_URL")
        if self.log.exists() and any(self.log.iterdir()):
            raise Refusal("target-not-empty", where="SHOKAI_DATA_DIR")
        if self.settings.mode == "demo" and self.settings.clock_file and self.settings.clock_file.exists():
            raise Refusal("target-not-empty", where="SHOKAI_CLOCK_FILE")

    def finish(self, keyring: bytes) -> None:
        """Take the notes off the databases and put the keyring in its place: from here on services can start."""
        for name in SCHEMAS:
            self.run(name, lambda connection: mark(connection, ""))
        write_durably(self.keyring_file, keyring)
