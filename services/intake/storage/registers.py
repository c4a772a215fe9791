"""Queries on plans, receptions, cycles and inquiry-number lists."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from services.intake.storage.tables import HOLDS, CycleRow, MediumRow, NumberListRow, PlanRow, ReceptionRow
from shared.db.holds import held
from shared.refusals import Refusal


def find_plan(session: Session, number: str) -> PlanRow:
    """The plan; Refusal `not-found`."""
    row = session.get(PlanRow, number)
    if row is None:
        raise Refusal("not-found")
    return row


def all_plans(session: Session) -> Sequence[PlanRow]:
    """Every plan by number."""
    return session.exec(select(PlanRow).order_by(PlanRow.number)).all()


def plans_to_end(session: Session, before: date) -> Sequence[PlanRow]:
    """Plans whose contract ended before that day and for which that was not announced yet."""
    found = select(PlanRow).where(col(PlanRow.ended_at).is_(None), col(PlanRow.contract_to) < before)
    return session.exec(found.order_by(col(PlanRow.contract_to))).all()


def first_plan_at(session: Session) -> datetime | None:
    """When the first plan was registered."""
    return session.exec(select(func.min(PlanRow.registered_at))).one()


def find_reception(session: Session, reception_id: str) -> ReceptionRow:
    """The reception; Refusal `not-found`."""
    row = session.get(ReceptionRow, reception_id)
    if row is None:
        raise Refusal("not-found")
    return row


def newest_receptions(
    session: Session, plan_number: str, *, kept_since: date | None, after: str, count: int
) -> Sequence[ReceptionRow]:
    """Up to `count` receptions, the newest first; with `kept_since` those received by then that are still in house."""
    found = select(ReceptionRow).order_by(col(ReceptionRow.id).desc()).limit(count)
    if plan_number:
        found = found.where(ReceptionRow.plan_number == plan_number)
    if after:
        found = found.where(col(ReceptionRow.id) < after)
    if kept_since is not None:
        found = found.where(
            col(ReceptionRow.received_on) <= kept_since,
            col(ReceptionRow.destroyed_at).is_(None),
            col(ReceptionRow.returned_at).is_(None),
        )
    return session.exec(found).all()


def media_of(session: Session, reception_id: str) -> Sequence[MediumRow]:
    """A reception's media in order."""
    found = select(MediumRow).where(MediumRow.reception_id == reception_id)
    return session.exec(found.order_by(col(MediumRow.number))).all()


def find_medium(session: Session, reception_id: str, number: int) -> MediumRow:
    """One medium; Refusal `not-found`."""
    row = session.get(MediumRow, (reception_id, number))
    if row is None:
        raise Refusal("not-found")
    return row


def media_to_transfer(session: Session) -> Sequence[MediumRow]:
    """Media that were read and wait for the daily transfer, oldest first."""
    found = select(MediumRow).where(MediumRow.state == "read")
    return session.exec(found.order_by(col(MediumRow.read_at), MediumRow.reception_id)).all()


def reader_copies(session: Session, *, now: datetime) -> Sequence[MediumRow]:
    """Media of which the reader still has its copy and on which no hold lies now, oldest first."""
    found = select(MediumRow).where(col(MediumRow.reader_copy).is_not(None), col(MediumRow.processed_at).is_not(None))
    plan = select(ReceptionRow.plan_number).where(col(ReceptionRow.id) == col(MediumRow.reception_id)).scalar_subquery()
    found = found.where(~held(HOLDS, now, reception=col(MediumRow.reception_id), plan=plan))
    return session.exec(found.order_by(col(MediumRow.processed_at)).limit(1000)).all()


def is_held(session: Session, at: datetime, **objects: str) -> bool:
    """Whether a legal hold lies on one of these objects, given as type=id."""
    return bool(session.scalar(select(held(HOLDS, at, **objects))))


def last_closed(session: Session) -> CycleRow | None:
    """The cycle that closed last."""
    return session.exec(select(CycleRow).order_by(col(CycleRow.name).desc()).limit(1)).first()


def closed_cycles(session: Session) -> Sequence[CycleRow]:
    """All closed cycles, the newest first."""
    return session.exec(select(CycleRow).order_by(col(CycleRow.name).desc())).all()


def number_lists(session: Session, plan_number: str, fate: str) -> Sequence[NumberListRow]:
    """The lists of numbers that a plan was told (`issued`), or that were destroyed (`destroyed`)."""
    found = select(NumberListRow).where(NumberListRow.plan_number == plan_number, NumberListRow.fate == fate)
    return session.exec(found.order_by(NumberListRow.id)).all()
