"""A PostgreSQL server of the tests' own, on a free port."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo

from tests.parts.keeper import Keeper, free_port, wait_until

OWNER: Final = "postgres"
FAST: Final = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")
SETTINGS: Final = ("listen_addresses=127.0.0.1", "max_connections=300", "shared_buffers=64MB", "log_statement=none")

INITDB: Final = ("-A", "trust", "-N", "--no-locale", "-E", "UTF8")
HBA: Final = "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n"


class NotOurs(RuntimeError):
    """The server was there before the tests: it is not theirs to stop."""


class Postgres:
    """Started with `start`, to be stopped, killed and started again.

    Without `fsync` it is fast and forgetful. With `passwords` all but its superuser have to bring theirs.
    """

    def __init__(self, *, fsync: bool = False, passwords: bool = False) -> None:
        self._fsync = fsync
        self._passwords = passwords
        self._binaries = _binaries()
        # Every folder above has to be open to the server's user, which pytest's own are not.
        self.folder = Path(tempfile.mkdtemp(prefix="shokai-postgres-"))
        self.folder.chmod(0o755)
        self._data = self.folder / "data"
        self.port = free_port()
        self._keeper: Keeper | None = None

    @property
    def pid(self) -> int:
        """The server's process."""
        assert self._keeper is not None
        return self._keeper.pid

    @property
    def admin_url(self) -> str:
        """The server's own database, as its superuser."""
        return self.url("postgres")

    def url(self, database: str, user: str = OWNER) -> str:
        """A database, as one of its users."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def start(self) -> "Postgres":
        """Start it, for the first time or again, and wait until it answers."""
        if not self._data.exists():
            self._make()
        settings = (
            *SETTINGS,
            *(() if self._fsync else FAST),
            f"port={self.port}",
            f"unix_socket_directories={self._data}",
        )
        command = [str(self._binaries / "postgres"), "-D", str(self._data), *(f"-c{each}" for each in settings)]
        wait_until(lambda: self._try(command), "PostgreSQL")
        return self

    def stop(self) -> None:
        """As an operator does it: connections are cut, everything is written."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """As a power cut does it."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start."""
        self.stop()
        self.start()

    def close(self) -> None:
        """End it for good and remove its files."""
        if self._keeper is not None:
            self._keeper.end()
            self._keeper = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def create_database(self, name: str, template: str = "") -> None:
        """A database, empty or a copy of one that nobody uses."""
        _create(self.admin_url, name, template)

    def drop_database(self, name: str) -> None:
        """Away with it, whoever is connected."""
        _drop(self.admin_url, name)

    def _make(self) -> None:
        user = OWNER if os.geteuid() == 0 else None
        if user is not None:
            shutil.chown(self.folder, user, user)
        initdb = [str(self._binaries / "initdb"), "-D", str(self._data), "-U", OWNER, *INITDB]
        subprocess.run(
            initdb, check=True, capture_output=True, user=user, group=user, extra_groups=[] if user else None
        )
        if self._passwords:
            (self._data / "pg_hba.conf").write_text(HBA)

    def _try(self, command: list[str]) -> bool:
        """Right after a kill the old server's remains may still be in the way for a moment."""
        if self._keeper is None or not self._keeper.running():
            if self._keeper is not None:
                self._keeper.end()
            user = OWNER if os.geteuid() == 0 else ""
            self._keeper = Keeper(
                command, environment=dict(os.environ), log=self.folder / "log", user=user, sweep=self.folder
            )
        try:
            psycopg.connect(self.admin_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, how: signal.Signals) -> None:
        assert self._keeper is not None
        keeper, self._keeper = self._keeper, None
        keeper.signal(how)
        wait_until(lambda: not keeper.running(), "PostgreSQL to end")
        keeper.end()


class GivenPostgres:
    """A server that was there before (SHOKAI_TEST_DATABASE_URL)."""

    def __init__(self, url: str) -> None:
        self.admin_url = url

    def url(self, database: str, user: str = "") -> str:
        """A database of it; users other than the given one have to be let in without a password."""
        return make_conninfo(self.admin_url, dbname=database, **({"user": user} if user else {}))

    def create_database(self, name: str, template: str = "") -> None:
        """A database, empty or a copy of one that nobody uses."""
        _create(self.admin_url, name, template)

    def drop_database(self, name: str) -> None:
        """Away with it, whoever is connected."""
        _drop(self.admin_url, name)

    def close(self) -> None:
        """It stays."""

    def stop(self) -> None:
        """Refused."""
        raise NotOurs

    start = kill = restart = stop


def _create(admin_url: str, name: str, template: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        copied = f' TEMPLATE "{template}"' if template else ""
        admin.execute(f'CREATE DATABASE "{name}"{copied}'.encode())


def _drop(admin_url: str, name: str) -> None:
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise FileNotFoundError("PostgreSQL is not installed: scripts/setup tests")
    return found[-1].parent
