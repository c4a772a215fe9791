"""Many rows at once: straight to the driver on SQLite, by COPY on PostgreSQL."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson
from psycopg import sql
from sqlalchemy import Connection, Dialect, Table

Bind = Callable[[Any], Any]


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that give every column of the table. An error undoes the transaction's savepoint, as any does."""
    if not rows:
        return
    names, binds = _columns(connection.dialect, table)
    values = ([bind(row[name]) if bind else row[name] for name, bind in binds] for row in rows)
    if connection.dialect.name == "postgresql":
        _copy(connection, table.name, names, values)
    else:
        connection.exec_driver_sql(_statement(table.name, names), [tuple(row) for row in values])


def insert_new(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> int:
    """Insert the rows that break no uniqueness; how many went in. Values as the driver takes them."""
    if not rows:
        return 0
    if connection.dialect.name == "postgresql":
        return _unnest_new(connection, table, names, rows)
    statement = _statement(table.name, names) + " ON CONFLICT DO NOTHING"
    return connection.exec_driver_sql(statement, list(rows)).rowcount


def present(connection: Connection, table: Table, name: str, values: Sequence[str]) -> set[str]:
    """Which of the values stand in a column of texts."""
    wanted: Any
    if connection.dialect.name == "postgresql":
        among, wanted = "= ANY(%s)", list(values)
    else:
        among, wanted = "IN (SELECT value FROM json_each(?))", orjson.dumps(list(values)).decode()
    statement = f'SELECT "{name}" FROM "{table.name}" WHERE "{name}" {among}'  # noqa: S608  # names of our own tables
    return set(connection.exec_driver_sql(statement, (wanted,)).scalars())


def _columns(dialect: Dialect, table: Table) -> tuple[tuple[str, ...], list[tuple[str, Bind | None]]]:
    binds: list[tuple[str, Bind | None]] = [
        (column.name, column.type.dialect_impl(dialect).bind_processor(dialect)) for column in table.columns
    ]
    return tuple(name for name, _ in binds), binds


def _statement(table: str, names: Sequence[str]) -> str:
    columns, marks = ", ".join(f'"{name}"' for name in names), ", ".join("?" * len(names))
    return f'INSERT INTO "{table}" ({columns}) VALUES ({marks})'  # noqa: S608  # names of our own tables


def _copy(connection: Connection, table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    driver: Any = connection.connection.dbapi_connection
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), columns)
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _unnest_new(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """One statement with an array a column, since COPY knows no ON CONFLICT."""
    columns = ", ".join(f'"{name}"' for name in names)
    kinds = [str(table.c[name].type.compile(connection.dialect)) for name in names]
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    statement = f'INSERT INTO "{table.name}" ({columns}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING'  # noqa: S608  # names of our own tables
    values = tuple(list(column) for column in zip(*rows, strict=True))
    return connection.exec_driver_sql(statement, values).rowcount
