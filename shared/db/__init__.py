"""Engines, the unit of work, the plumbing tables of every service, migrations."""

from shared.db.columns import UtcDateTime
from shared.db.database import Database
from shared.db.plumbing import Plumbing
from shared.db.registry import service_registry, table_of
from shared.db.schema import Schema
from shared.db.work import Work

__all__ = ["Database", "Plumbing", "Schema", "UtcDateTime", "Work", "service_registry", "table_of"]
