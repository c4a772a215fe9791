"""A database on a server, row by row."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Engine, Select, column, inspect, select, table

AT_ONCE = 1000


class ServerRows:
    """All tables that the connection's role may read."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.name = name
        self._engine = engine

    def columns(self) -> Iterable[tuple[str, str]]:
        """All of all tables."""
        found = inspect(self._engine)
        return [(name, str(each["name"])) for name in found.get_table_names() for each in found.get_columns(name)]

    def values(self, table_name: str, column_name: str) -> Iterator[object]:
        """One after the other, a few at a time in memory."""
        wanted: Select[Any] = select(column(column_name)).select_from(table(table_name))
        with self._engine.connect() as connection:
            yield from connection.execute(wanted, execution_options={"yield_per": AT_ONCE}).scalars()
