"""Copies of several databases at one moment, while events go from one to the other."""

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from shared.db.moment import copy_of, one_moment

EVENTS = 400
COPIES = 12


def made(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE inbox (event TEXT PRIMARY KEY, claimed_by TEXT DEFAULT '', claimed_until TEXT)")
        db.commit()
    return path


def deliver(sender: Path, receiver: Path, stop: threading.Event) -> None:
    """As the bus: first stored at the receiver, then gone from the sender, each in a transaction of its own."""
    with closing(sqlite3.connect(sender, timeout=30)) as one, closing(sqlite3.connect(receiver, timeout=30)) as other:
        for at in range(EVENTS):
            if stop.is_set():
                return
            with other:
                other.execute("INSERT INTO inbox (event, claimed_by) VALUES (?, 'x')", (str(at),))
            with one:
                one.execute("DELETE FROM inbox WHERE event = ?", (str(at),))


def events_in(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        assert not db.execute("SELECT 1 FROM inbox WHERE claimed_by <> ''").fetchone()
        return {row[0] for row in db.execute("SELECT event FROM inbox")}


def test_no_event_is_in_neither_copy(tmp_path: Path) -> None:
    """The receiver is listed first, which is the order in which copies one after the other would lose events."""
    sender, receiver = made(tmp_path / "sender"), made(tmp_path / "receiver")
    with closing(sqlite3.connect(sender)) as db, db:
        db.executemany("INSERT INTO inbox (event) VALUES (?)", [(str(at),) for at in range(EVENTS)])
    stop, found = threading.Event(), []
    bus = threading.Thread(target=deliver, args=(sender, receiver, stop))
    bus.start()
    try:
        for number in range(COPIES):
            copies = [tmp_path / f"{name}-{number}" for name in ("receiver", "sender")]
            with one_moment([receiver, sender]) as readers:
                for reader, copy in zip(readers, copies, strict=True):
                    copy_of(reader, copy)
            found.append([events_in(copy) for copy in copies])
    finally:
        stop.set()
        bus.join()
    assert all(len(received | waiting) == EVENTS for received, waiting in found)
    assert len({len(received) for received, _ in found}) > 1
