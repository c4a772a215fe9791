"""Several SQLite databases as they were at one moment, while others go on writing to them."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

WAIT_SECONDS: Final = 30


@contextmanager
def one_moment(files: Sequence[Path]) -> Iterator[list[sqlite3.Connection]]:
    """A reading connection for each file, all at the same moment: writers wait for a few milliseconds, no longer.

    Without it an event could stand neither in the outbox of one copy nor in the inbox of another.
    """
    with ExitStack() as stack:
        writers = [stack.enter_context(closing(_open(file))) for file in files]
        readers = [stack.enter_context(closing(_open(file))) for file in files]
        for writer in writers:
            writer.execute("BEGIN IMMEDIATE")
        for reader in readers:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM sqlite_master").fetchone()
        for writer in writers:
            writer.execute("ROLLBACK")
        yield readers


def copy_of(reader: sqlite3.Connection, target: Path) -> None:
    """A copy of what the connection sees, on disk, readable by its owner only; it needs no file beside it."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(target)) as new:
        reader.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")
        # Whoever held a claim does not come along.
        new.execute("UPDATE inbox SET claimed_by = '', claimed_until = NULL WHERE claimed_by <> ''")
        new.commit()


def _open(file: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(file))}?mode=rw"
    return sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS, isolation_level=None)
