"""One metadata a service, so that several services live in one process without sharing a table."""

from typing import Final, cast

from sqlalchemy import MetaData, Table
from sqlalchemy.orm import registry

NAMES: Final = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def service_registry() -> registry:
    """A fresh registry with the naming convention that migrations rely on."""
    return registry(metadata=MetaData(naming_convention=NAMES))


def table_of(kind: type) -> Table:
    """The table behind a class of rows, for statements below the mapping."""
    return cast(Table, kind.__table__)  # type: ignore[attr-defined]
