"""Queries on freezes."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from services.audit.storage.incidents.tables import FreezeOrder
from shared.refusals import Refusal


def freeze_of(session: Session, freeze_id: str) -> FreezeOrder:
    """The freeze. Refusal `not-found`."""
    found = session.get(FreezeOrder, freeze_id)
    if found is None:
        raise Refusal("not-found")
    return found


def freezes_after(session: Session, *, state: str, after: str, limit: int) -> Sequence[FreezeOrder]:
    """Freezes in the order in which they were set: `set`, `lifted`, or all where the state is empty."""
    query = select(FreezeOrder).where(col(FreezeOrder.id) > after).order_by(col(FreezeOrder.id)).limit(limit)
    if state == "set":
        query = query.where(col(FreezeOrder.lifted_at).is_(None))
    if state == "lifted":
        query = query.where(col(FreezeOrder.lifted_at).is_not(None))
    return session.scalars(query).all()


def freezes_of(session: Session, incident_id: str) -> Sequence[FreezeOrder]:
    """The freezes of one incident."""
    query = select(FreezeOrder).where(col(FreezeOrder.incident_id) == incident_id)
    return session.scalars(query.order_by(col(FreezeOrder.id))).all()
