"""Queries on the quality of plans' data."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from services.matcher.storage.told_tables import PlanQuality


def quality_row(session: Session, plan_number: str, cycle: str, kind: str) -> PlanQuality | None:
    """The counts of one plan, cycle and kind."""
    return session.get(PlanQuality, (plan_number, cycle, kind))


def newest_cycles(session: Session, plan_number: str, limit: int) -> Sequence[PlanQuality]:
    """The rows of a plan's newest `limit` cycles, oldest first."""
    mine = col(PlanQuality.plan_number) == plan_number
    newest = select(col(PlanQuality.cycle)).where(mine).distinct().order_by(col(PlanQuality.cycle).desc()).limit(limit)
    wanted = select(PlanQuality).where(mine, col(PlanQuality.cycle).in_(newest.subquery().select()))
    return session.scalars(wanted.order_by(col(PlanQuality.cycle), col(PlanQuality.kind))).all()
