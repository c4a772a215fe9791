"""Queries on findings and their steps."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from services.audit.storage.checksheets.tables import AuditFinding, FindingStep

AT_WORK = ("found", "planned", "carried_out", "effective")


def get(session: Session, finding_id: str) -> AuditFinding | None:
    """One finding."""
    return session.get(AuditFinding, finding_id)


def of_origin(session: Session, origin: str, reference: str) -> AuditFinding | None:
    """The finding that an origin led to, if it did."""
    same = select(AuditFinding).where(col(AuditFinding.origin) == origin, col(AuditFinding.reference) == reference)
    return session.scalars(same).first()


def findings(
    session: Session, *, state: str, overdue_on: date | None, after: str, limit: int
) -> Sequence[AuditFinding]:
    """Findings in the order in which they were found; `state` empty: all, "at_work": what is not closed or dropped.

    `overdue_on`: only those whose action should have been carried out before that day.
    """
    wanted = select(AuditFinding).where(col(AuditFinding.id) > after).order_by(col(AuditFinding.id)).limit(limit)
    if state == "at_work":
        wanted = wanted.where(col(AuditFinding.state).in_(AT_WORK))
    elif state:
        wanted = wanted.where(col(AuditFinding.state) == state)
    if overdue_on is not None:
        wanted = wanted.where(col(AuditFinding.due_on) < overdue_on, col(AuditFinding.state) == "planned")
    return session.scalars(wanted).all()


def steps(session: Session, finding_id: str) -> Sequence[FindingStep]:
    """What was done about a finding, in order."""
    taken = select(FindingStep).where(col(FindingStep.finding_id) == finding_id).order_by(col(FindingStep.id))
    return session.scalars(taken).all()
