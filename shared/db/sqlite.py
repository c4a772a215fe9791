"""SQLite: the embedded engine. One process, one file a service, durable at each commit."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import OperationalError

from shared.refusals import Refusal

BUSY_SECONDS: Final = 30
# Durable at each commit; what is deleted is overwritten; sorting and spilling never touch the disk. A larger cache and
# rarer checkpoints keep a ledger of millions of random numbers from being read and written twice.
PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "cache_size=-32768",
    "wal_autocheckpoint=8000",
)


class SqliteStore:
    """WAL, synchronous=FULL, secure deletion; writers begin IMMEDIATE so that read-then-write cannot deadlock."""

    shared = False
    reading: Mapping[str, Any] = {"shokai_read_only": True}

    def __init__(self, url: str) -> None:
        options = {"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None}
        self.engine = create_engine(url, connect_args=options, hide_parameters=True)
        event.listen(self.engine, "connect", _prepare)
        event.listen(self.engine, "begin", _begin)

    def begin_write(self, connection: Connection) -> None:
        """Nothing more: BEGIN IMMEDIATE has let nobody else in."""

    def is_open(self, connection: Connection) -> bool:
        """SQLite gives a transaction up by itself where the disk is full; what came after would stand alone."""
        return bool(connection.connection.dbapi_connection.in_transaction)  # type: ignore[union-attr]

    def may_retry(self, failure: BaseException) -> bool:
        """Never: a writer has waited its full time already."""
        return False

    def as_refusal(self, failure: BaseException) -> BaseException:
        """`storage-full` and `busy`; anything else as it is."""
        cause: BaseException | None = failure
        while cause is not None:
            text = str(cause.orig) if isinstance(cause, OperationalError) else ""
            if "full" in text:
                return Refusal("storage-full")
            if "locked" in text:
                return Refusal("busy")
            cause = cause.__context__
        return failure

    def tell(self, connection: Connection, topics: frozenset[str]) -> None:
        """There is no other process."""

    def hear(self, wakes: Callable[[str], None]) -> Callable[[], None]:
        """There is no other process."""
        return lambda: None


def _prepare(dbapi: Any, _: object) -> None:
    dbapi.isolation_level = None
    for pragma in PRAGMAS:
        dbapi.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("shokai_read_only", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
