"""Queries on the register of provisions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from services.audit.storage.incidents.tables import Provision


def provisions_after(
    session: Session,
    *,
    same: Mapping[str, str],
    since: datetime | None,
    before: datetime | None,
    after: str,
    limit: int,
) -> Sequence[Provision]:
    """Lines in the order in which they were told; `same` names columns, an empty value asks for nothing."""
    wanted = select(Provision).where(col(Provision.id) > after).order_by(col(Provision.id)).limit(limit)
    return session.scalars(_narrowed(wanted, same, since, before)).all()


def totals(
    session: Session, *, same: Mapping[str, str], since: datetime | None, before: datetime | None
) -> tuple[int, int]:
    """How many provisions, and how many people in them."""
    count = cast(Select[Any], select(func.count(), func.coalesce(func.sum(col(Provision.people)), 0)))
    found = session.connection().execute(_narrowed(count, same, since, before)).one()
    return int(found[0]), int(found[1])


def _narrowed(
    wanted: Select[Any], same: Mapping[str, str], since: datetime | None, before: datetime | None
) -> Select[Any]:
    for name, value in same.items():
        if value:
            wanted = wanted.where(getattr(Provision, name) == value)
    if since is not None:
        wanted = wanted.where(col(Provision.provided_at) >= since)
    if before is not None:
        wanted = wanted.where(col(Provision.provided_at) < before)
    return wanted
