"""One metadata a service, so that several services live in one process without sharing a table."""

from typing import Final

from sqlalchemy import MetaData
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
