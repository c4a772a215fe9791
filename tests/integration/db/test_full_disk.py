"""No room left on the server's disk: refused, nothing done by half, and on it goes once there is room again."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select, text

from shared.db import Database, Work
from shared.db.bulk import insert_many
from shared.ids import new_id
from shared.refusals import Refusal
from tests.integration.db.conftest import fresh
from tests.integration.db.ground import COUNTER, METADATA, counted, increment, open_database
from tests.parts.postgres import OWNER, Postgres

LONG = "x" * 1000


@contextmanager
def small_disk(where: Path, megabytes: int) -> Iterator[Path | None]:
    """A file system of its own; none where nobody may mount one, as only the superuser of a machine may."""
    where.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "shokai-test", str(where)]
    mounted = os.geteuid() == 0 and not subprocess.run(command, capture_output=True, check=False).returncode
    try:
        yield where if mounted else None
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(where)], check=False)
        where.rmdir()


def fill(disk: Path) -> Path:
    """Take what room there is."""
    filler = disk / "filler"
    with filler.open("wb") as file:
        try:
            while True:
                file.write(b"\0" * 65536)
                file.flush()
        except OSError:
            return filler


def bulk(work: Work, prefix: str) -> None:
    rows = [{"name": f"{prefix}{at}{LONG}", "value": 1} for at in range(4000)]
    insert_many(work.session.connection(), COUNTER, rows)


def statements(work: Work) -> None:
    wanted = "INSERT INTO counter SELECT 's' || n || repeat('x', 1000), 1 FROM generate_series(1, 4000) AS n"
    work.session.connection().execute(text(wanted))


def rows(database: Database) -> int:
    return database.read_now(
        lambda session: session.connection().execute(select(func.count(COUNTER.c.name))).scalar() or 0
    )


def code(database: Database, fn: object) -> str:
    with pytest.raises(Refusal) as refused:
        database.write_now(fn)  # type: ignore[arg-type]
    return refused.value.code


def test_tables_that_find_no_room(own_server: Postgres) -> None:
    with small_disk(own_server.folder / f"small-{new_id()[-12:]}", 24) as disk:
        if disk is None:
            return
        os.chown(disk, *_owner())
        name = f"small_{new_id()[-12:]}"
        with psycopg.connect(own_server.admin_url, autocommit=True) as admin:
            admin.execute(f"CREATE TABLESPACE {name} LOCATION '{disk}'".encode())
            admin.execute(f"CREATE DATABASE {name} TABLESPACE {name}".encode())
        database = open_database(own_server.url(name))
        METADATA.create_all(database.engine)
        assert database.write_now(increment) == 1
        filler = fill(disk)
        assert code(database, lambda work: bulk(work, "a")) == "storage-full"
        assert code(database, statements) == "storage-full"
        assert rows(database) == 1
        filler.unlink()
        database.write_now(lambda work: bulk(work, "b"))
        assert database.write_now(increment) == 2
        assert rows(database) == 4001
        database.close()
        own_server.drop_database(name)
        with psycopg.connect(own_server.admin_url, autocommit=True) as admin:
            admin.execute(f"DROP TABLESPACE {name}".encode())


def test_what_the_server_says_of_a_full_disk_undoes_one_transaction_only(url: str) -> None:
    """Where nobody may mount a file system this is all that is tried."""
    database = open_database(url)
    said = text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$")
    assert code(database, lambda work: [increment(work), work.session.connection().execute(said)]) == "storage-full"
    assert database.write_now(increment) == 1
    database.close()


def test_a_log_that_finds_no_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL gives up and recovers by itself; whatever it confirmed is there, and what it did not is not."""
    with small_disk(Path(f"/tmp/shokai-disk-{new_id()[-12:]}"), 200) as disk:
        if disk is None:
            return
        disk.chmod(0o755)
        monkeypatch.setattr("tempfile.tempdir", str(disk))
        server = Postgres(fsync=True).start()
        database = open_database(fresh(server))
        assert database.write_now(increment) == 1
        filler = fill(disk)
        codes, confirmed = set(), 0
        for at in range(40):
            try:
                database.write_now(lambda work, at=at: bulk(work, f"{at}-"))  # type: ignore[misc]
                confirmed += 4000
            except Refusal as refusal:
                codes.add(refusal.code)
                break
        assert codes <= {"busy", "storage-full"}
        assert codes
        filler.unlink()
        server.start()
        assert database.write_now(increment) == 2
        assert rows(database) == confirmed + 1
        assert counted(database) == 2
        database.close()
        server.close()


def _owner() -> tuple[int, int]:
    found = pwd.getpwnam(OWNER)
    return found.pw_uid, found.pw_gid
