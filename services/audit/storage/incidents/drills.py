"""Queries on drills."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from services.audit.storage.incidents.tables import Drill


def drills_before(session: Session, *, before: str, limit: int) -> Sequence[Drill]:
    """Drills, the newest first."""
    query = select(Drill).order_by(col(Drill.id).desc()).limit(limit)
    return session.scalars(query.where(col(Drill.id) < before) if before else query).all()
