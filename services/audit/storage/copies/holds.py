"""Queries on legal holds."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from services.audit.storage.copies.tables import Hold, Kept, KeptUnder


def hold(session: Session, hold_id: str) -> Hold | None:
    """One hold."""
    return session.get(Hold, hold_id)


def holds(session: Session, *, state: str, named: str, now: datetime, after: str, limit: int) -> Sequence[Hold]:
    """Holds in the order of their setting; `state` active, ended or empty, `named` an object (type/id) or empty."""
    wanted = select(Hold).where(col(Hold.id) > after)
    if state == "active":
        wanted = wanted.where(col(Hold.ends_at) > now, col(Hold.lifted_at).is_(None))
    if state == "ended":
        wanted = wanted.where(or_(col(Hold.ends_at) <= now, col(Hold.lifted_at).is_not(None)))
    if named:
        wanted = wanted.where(col(Hold.object) == named)
    return session.scalars(wanted.order_by(col(Hold.id)).limit(limit)).all()


def holds_on(session: Session, copies: Iterable[Kept], now: datetime) -> dict[tuple[str, str, str], Hold]:
    """For each copy, by service, id and what, the hold on it that ends last."""
    on_them = or_(*(_of(copy) for copy in copies))
    wanted = (
        select(KeptUnder, Hold)
        .join(Hold, col(Hold.object) == col(KeptUnder.object))
        .where(on_them, col(Hold.ends_at) > now, col(Hold.lifted_at).is_(None))
        .order_by(col(Hold.ends_at))
    )
    return {(under.service, under.copy_id, under.what): held for under, held in session.execute(wanted).all()}


def _of(copy: Kept):  # type: ignore[no-untyped-def]
    return and_(
        col(KeptUnder.service) == copy.service,
        col(KeptUnder.copy_id) == copy.copy_id,
        col(KeptUnder.what) == copy.what,
    )
