"""Queries on the destruction ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from services.audit.storage.tables import Destruction


def find(session: Session, *, service: str, copy_id: str, what: str) -> Destruction | None:
    """The entry of one destroyed copy."""
    same = select(Destruction).where(
        col(Destruction.service) == service, col(Destruction.copy_id) == copy_id, col(Destruction.what) == what
    )
    return session.scalars(same).first()


def get(session: Session, destruction_id: str) -> Destruction | None:
    """One entry."""
    return session.get(Destruction, destruction_id)


def search(
    session: Session,
    *,
    same: dict[str, str],
    since: datetime | None,
    before: datetime | None,
    after: str,
    limit: int,
) -> Sequence[Destruction]:
    """Entries in the order of their certificates; `same` names columns, an empty value asks for nothing."""
    wanted = select(Destruction).where(col(Destruction.id) > after)
    for name, value in same.items():
        if value:
            wanted = wanted.where(getattr(Destruction, name) == value)
    if since is not None:
        wanted = wanted.where(col(Destruction.destroyed_at) >= since)
    if before is not None:
        wanted = wanted.where(col(Destruction.destroyed_at) < before)
    return session.scalars(wanted.order_by(col(Destruction.id)).limit(limit)).all()


def totals(session: Session) -> tuple[int, int]:
    """How many copies, and how many records in them, the ledger shows as destroyed."""
    count = select(func.count(), func.coalesce(func.sum(col(Destruction.records)), 0))
    copies, records = session.connection().execute(count).one()
    return int(copies), int(records)


def done_in(session: Session, since: datetime, before: datetime) -> list[dict[str, Any]]:
    """Copies and records destroyed in a time, by `what`."""
    asked = (col(Destruction.destroyed_at) >= since, col(Destruction.destroyed_at) < before)
    what = col(Destruction.what)
    count = select(what, func.count(), func.sum(col(Destruction.records))).where(*asked).group_by(what).order_by(what)
    found = session.connection().execute(count)
    return [{"what": each, "copies": int(copies), "records": int(records)} for each, copies, records in found]
