"""Legal holds in a service's own store: what they lie on is not destroyed by its clock while they last."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, String, Table, and_, exists, or_, select

from shared.db.columns import UtcDateTime


def hold_table(metadata: MetaData) -> Table:
    """The table of holds, for services that keep copies of personal data."""
    return Table(
        "hold",
        metadata,
        Column("id", String(36), primary_key=True),
        Column("object_type", String(40), nullable=False),
        Column("object_id", String(120), nullable=False),
        Column("ends_at", UtcDateTime, nullable=False),
    )


def held(table: Table, at: datetime, **objects: Any) -> ColumnElement[bool]:
    """Whether a hold lies at `at` on one of these objects, given as type=id; an id is a value or a column."""
    on_one = or_(
        *(and_(table.c.object_type == kind, table.c.object_id == object_id) for kind, object_id in objects.items())
    )
    return exists(select(table.c.id).where(table.c.ends_at > at, on_one))
