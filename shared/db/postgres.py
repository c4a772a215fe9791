"""PostgreSQL 15 to 17 through psycopg: the distributed engine. Any number of processes on one database a service."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree

from shared.refusals import Refusal
from shared.telemetry.logs import cause_of, log

CONNECT_SECONDS: Final = 5
HEAR_SECONDS: Final = 1.0
CHANNEL: Final = "shokai"
# A machine or a network that vanishes says nothing: either end gives the line up after about 20 s without an answer,
# and a server soon stops working for a client that is gone.
LINE: Final[Mapping[str, Any]] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 20_000,
}
SERVERS_END: Final = (
    "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2 -c tcp_user_timeout=20000"
    " -c client_connection_check_interval=2s"
)
# One writer at a time in each service's database, as SQLite has it: what a use case reads it may rely on until it
# commits. Work that constraints alone keep safe goes beside (Database.write_now).
WRITER_LOCK: Final = 7_405_101
RETRIED: Final = frozenset({"40001", "40P01"})  # serialisation failure, deadlock
BUSY: Final = frozenset({"55P03", "57014", "53300", "25P03"})  # lock or statement time-out, connections, idle
FULL: Final = frozenset({"53100", "53200"})  # disk, memory


@dataclass(frozen=True, slots=True)
class PostgresSettings:
    """How to reach one database. Times in seconds."""

    url: str
    password: str = ""
    pool: int = 5
    statement_seconds: int = 60
    lock_seconds: int = 30

    def conninfo(self, **more: Any) -> str:
        """As libpq takes it: several hosts, TLS and the like may stand in the URL. Only a primary will do."""
        secret = {"password": self.password} if self.password else {}
        ours = {"connect_timeout": CONNECT_SECONDS, "target_session_attrs": "read-write", **secret, **more}
        return make_conninfo("", **{**LINE, **conninfo_to_dict(self.url), **ours})

    def session_options(self) -> str:
        """What each session starts with. One that stops answering inside a transaction must not hold the lock."""
        return (
            f"-c statement_timeout={self.statement_seconds}s -c lock_timeout={self.lock_seconds}s"
            f" -c idle_in_transaction_session_timeout={self.statement_seconds}s -c timezone=UTC {SERVERS_END}"
        )


class PostgresStore:
    """A pool of connections; write transactions take the service's writer lock first."""

    shared = True
    reading: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    def __init__(self, settings: PostgresSettings, *, service: str) -> None:
        self._log = log(service)
        self._conninfo = settings.conninfo(options=settings.session_options(), application_name=f"shokai-{service}")
        self.engine = create_engine(
            "postgresql+psycopg://",
            creator=lambda: psycopg.connect(self._conninfo),
            pool_size=settings.pool,
            max_overflow=settings.pool * 3,
            pool_pre_ping=True,
            hide_parameters=True,
        )

    def begin_write(self, connection: Connection) -> None:
        """Wait for the writer lock; it goes with the transaction, and with the process, however that ends."""
        if not connection.get_execution_options().get("shokai_beside", False):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")

    def is_open(self, connection: Connection) -> bool:
        """False once the server or the line is gone."""
        driver: Any = connection.connection.dbapi_connection
        return bool(driver.info.transaction_status == TransactionStatus.INTRANS)

    def may_retry(self, failure: BaseException) -> bool:
        """After a deadlock, a serialisation failure, or a connection that was lost."""
        error = _database_error(failure)
        return error is not None and (_is_lost(error) or _sqlstate(error) in RETRIED)

    def as_refusal(self, failure: BaseException) -> BaseException:
        """`storage-full`, or `busy` for everything that another try may mend; a broken rule stays as it is."""
        if isinstance(failure, NoneFree):
            return Refusal("busy")
        error = _database_error(failure)
        if error is None:
            return failure
        state = _sqlstate(error)
        if state in FULL:
            return Refusal("storage-full")
        if isinstance(error, DataError | psycopg.DataError):
            # A NUL in a text, a number beyond its column: SQLite takes what PostgreSQL cannot hold.
            return Refusal("bad-request")
        absent = isinstance(error, OperationalError | psycopg.OperationalError) and not state
        if absent or _is_lost(error) or state in BUSY | RETRIED or state[:2] in ("08", "57"):
            self._log.warning("database.busy", cause=cause_of(error), code=state)
            return Refusal("busy")
        return failure

    def tell(self, connection: Connection, topics: frozenset[str]) -> None:
        """NOTIFY, delivered with the commit."""
        for topic in sorted(topics):
            connection.execute(text("SELECT pg_notify(:channel, :topic)"), {"channel": CHANNEL, "topic": topic})

    def hear(self, wakes: Callable[[str], None]) -> Callable[[], None]:
        """LISTEN in a thread of its own. While the line is down nothing is heard; whoever waits looks by itself too."""
        stopped = threading.Event()
        thread = threading.Thread(target=self._hear_forever, args=(wakes, stopped), name="database-ear", daemon=True)
        thread.start()

        def stop() -> None:
            stopped.set()
            thread.join()

        return stop

    def _hear_forever(self, wakes: Callable[[str], None], stopped: threading.Event) -> None:
        while not stopped.is_set():
            with suppress(psycopg.Error), psycopg.connect(self._conninfo, autocommit=True) as line:
                line.execute(f"LISTEN {CHANNEL}")
                while not stopped.is_set():
                    for heard in line.notifies(timeout=HEAR_SECONDS):
                        wakes(heard.payload)
            stopped.wait(HEAR_SECONDS)


def _database_error(failure: BaseException) -> DBAPIError | psycopg.Error | None:
    """The first that SQLAlchemy has noticed, or the driver itself: COPY goes past SQLAlchemy."""
    cause: BaseException | None = failure
    while cause is not None and not isinstance(cause, DBAPIError | psycopg.Error):
        cause = cause.__context__
    return cause


def _is_lost(error: DBAPIError | psycopg.Error) -> bool:
    """Whether the connection went with the statement."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    return isinstance(error, psycopg.OperationalError) and (error.sqlstate or "57P")[:3] == "57P"


def _sqlstate(error: DBAPIError | psycopg.Error) -> str:
    driver: Any = error.orig if isinstance(error, DBAPIError) else error
    return getattr(driver, "sqlstate", None) or ""
