"""Tables on their way from SQLite to PostgreSQL: row by row, with digests that are equal where nothing was lost."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import psycopg
from psycopg import sql
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    LargeBinary,
    Select,
    String,
    Text,
    cast,
    column,
    create_engine,
    inspect,
    select,
    table,
)
from sqlalchemy.pool import NullPool

from shared.db.columns import UtcDateTime
from shared.refusals import Refusal

VERSIONS: Final = "alembic_version"
AT_ONCE: Final = 1000
UNFIT: Final = "22021"  # what PostgreSQL calls a character that its texts cannot hold; the driver finds it first
# How a column is read on either engine. JSON is carried as it was written and compared by what it says.
_KINDS: Final[Mapping[str, tuple[Any, Any]]] = {
    "json": (JSON, Text()),
    "flag": (Boolean, Boolean()),
    "instant": (DateTime, UtcDateTime()),
    "day": (Date, Date()),
    "whole": (Integer, BigInteger()),
    "number": (Float, Float()),
    "bytes": (LargeBinary, LargeBinary()),
    "text": (String, String()),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A table's columns with their kinds, and those that order its rows."""

    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """What a table holds: how many rows, a digest over all of them in order, the last number given to a row."""

    rows: int
    digest: str
    last_number: int = 0


def back_up(source: Path, target: Path) -> None:
    """A consistent copy of a database file, on disk, readable by its owner only; it needs no file beside it."""
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    address = f"file:{quote(str(source))}?mode=rw"
    with closing(sqlite3.connect(address, uri=True)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")
        claims = {name for _, name, *_ in new.execute("PRAGMA table_info(inbox)")} & {"claimed_by", "claimed_until"}
        if claims:
            # Whoever held a claim does not come along.
            new.execute("UPDATE inbox SET claimed_by = '', claimed_until = NULL WHERE claimed_by <> ''")
            new.commit()
    with target.open("rb") as file:
        os.fsync(file.fileno())


def open_copy(path: Path) -> Engine:
    """A copied file, for reading only."""
    address = f"file:{quote(str(path))}?mode=ro&immutable=1"
    return create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(address, uri=True, check_same_thread=False),
        poolclass=NullPool,
        hide_parameters=True,
    )


def shapes(connection: Connection) -> dict[str, Shape]:
    """The tables that are there, but for the one that migrations keep."""
    found = inspect(connection)
    return {
        name: Shape(
            tuple((str(one["name"]), _kind(one["type"])) for one in found.get_columns(name)),
            tuple(found.get_pk_constraint(name)["constrained_columns"]),
        )
        for name in sorted(found.get_table_names())
        if name != VERSIONS
    }


def revision(connection: Connection) -> str:
    """The migration at which the database stands."""
    versions = select(column("version_num", String)).select_from(table(VERSIONS))
    return str(connection.execute(versions).scalar_one())


def rows(connection: Connection, name: str, shape: Shape) -> Iterator[Sequence[Any]]:
    """All rows in the order of the key, the same on both engines; a few at a time in memory."""
    yield from connection.execute(_reading(connection, name, shape), execution_options={"yield_per": AT_ONCE})


def held(connection: Connection, name: str, shape: Shape, note: Callable[[int], None] = lambda rows: None) -> Held:
    """What a table holds; `note` is told of rows as they are read."""
    digest = _Digest(name, shape)
    for row in rows(connection, name, shape):
        digest.add(row)
        if digest.rows % AT_ONCE == 0:
            note(AT_ONCE)
    note(digest.rows % AT_ONCE)
    return Held(digest.rows, digest.text, _last_number(connection, name, shape))


def copy_table(
    source: Connection, target: Connection, name: str, shape: Shape, note: Callable[[int], None] = lambda rows: None
) -> None:
    """Copy a table's rows. Refusal `row-refused` where PostgreSQL cannot hold one; its error may hold data."""
    driver: Any = target.connection.dbapi_connection
    columns = sql.SQL(", ").join(sql.Identifier(each) for each, _ in shape.columns)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(name), columns)
    done = 0
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows(source, name, shape):
                copy.write_row(row)
                done += 1
                if done % AT_ONCE == 0:
                    note(AT_ONCE)
    except (psycopg.DataError, psycopg.IntegrityError) as refused:
        raise Refusal("row-refused", table=name, sqlstate=refused.sqlstate or UNFIT) from None
    note(done % AT_ONCE)


def go_on_numbering(connection: Connection, name: str, shape: Shape, last: int) -> None:
    """Let the table number its next row after `last`, if it numbers rows by itself."""
    if last < 1 or len(shape.key) != 1:
        return
    sequence = connection.exec_driver_sql(
        "SELECT pg_get_serial_sequence(quote_ident(%s), %s)", (name, shape.key[0])
    ).scalar()
    if sequence is not None:
        connection.exec_driver_sql("SELECT setval(%s, %s)", (sequence, last))


def in_use(connection: Connection) -> str | None:
    """A table that keeps this database from being filled: it has rows, or is not a service's at all."""
    names = inspect(connection).get_table_names()
    if names and VERSIONS not in names:
        return str(names[0])
    for name in sorted(set(names) - {VERSIONS}):
        if connection.execute(select(1).select_from(table(name)).limit(1)).first() is not None:
            return str(name)
    return None


def mark(connection: Connection, text: str) -> None:
    """Leave a note on the database that goes with the transaction and is part of no table; empty takes it away."""
    driver: Any = connection.connection.dbapi_connection
    said = sql.Literal(text) if text else sql.SQL("NULL")
    driver.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(sql.Identifier(VERSIONS), said))


def marked(connection: Connection) -> str:
    """The note that was left."""
    question = f"SELECT obj_description(to_regclass('{VERSIONS}'), 'pg_class')"
    return connection.exec_driver_sql(question).scalar() or ""


class _Digest:
    """SHA-256 over rows in canonical form: what they say, not how an engine stores it."""

    def __init__(self, name: str, shape: Shape) -> None:
        self._kinds = [kind for _, kind in shape.columns]
        self._sha = sha256(json.dumps([name, shape.columns]).encode())
        self.rows = 0

    def add(self, row: Sequence[Any]) -> None:
        """Take in the next row."""
        self._sha.update(b"".join(_written(kind, value) for kind, value in zip(self._kinds, row, strict=True)))
        self.rows += 1

    @property
    def text(self) -> str:
        """Hexadecimal."""
        return self._sha.hexdigest()


def _kind(of: Any) -> str:
    return next(kind for kind, (family, _) in _KINDS.items() if isinstance(of, family))


def _reading(connection: Connection, name: str, shape: Shape) -> Select[Any]:
    postgres = connection.dialect.name == "postgresql"
    columns: dict[str, Any] = {each: column(each, _KINDS[kind][1]) for each, kind in shape.columns}
    kinds = dict(shape.columns)
    wanted = [
        cast(each, Text).label(label) if postgres and kinds[label] == "json" else each
        for label, each in columns.items()
    ]
    # Texts in the order of their bytes, whatever the database's own language.
    order = [columns[each].collate("C") if postgres and kinds[each] == "text" else columns[each] for each in shape.key]
    return select(*wanted).select_from(table(name)).order_by(*order)


def _last_number(connection: Connection, name: str, shape: Shape) -> int:
    if connection.dialect.name != "sqlite" or len(shape.key) != 1 or dict(shape.columns)[shape.key[0]] != "whole":
        return 0
    run = connection.exec_driver_sql
    last = run(f'SELECT max("{shape.key[0]}") FROM "{name}"').scalar() or 0  # noqa: S608  # names out of the database
    if run("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").first() is not None:
        # Numbers of rows that are gone do not come back.
        last = max(last, run("SELECT seq FROM sqlite_sequence WHERE name = ?", (name,)).scalar() or 0)
    return int(last)


def _written(kind: str, value: Any) -> bytes:
    if value is None:
        return b"-"
    data = _WRITERS[kind](value)
    return b"%d:%b" % (len(data), data)


def _json_written(value: Any) -> bytes:
    said = json.loads(value) if isinstance(value, str) else value
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


_WRITERS: Final[Mapping[str, Callable[[Any], bytes]]] = {
    "json": _json_written,
    "flag": lambda value: b"1" if value else b"0",
    "instant": lambda value: value.astimezone(UTC).isoformat(timespec="microseconds").encode(),
    "day": lambda value: value.isoformat().encode(),
    "whole": lambda value: str(int(value)).encode(),
    "number": lambda value: repr(float(value)).encode(),
    "bytes": bytes,
    "text": lambda value: value.encode(),
}
