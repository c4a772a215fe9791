"""Look at receptions: lists and single ones, each look with its record."""

from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from services.intake.storage.registers import find_reception, media_of
from services.intake.storage.tables import ReceptionRow, RequestRow
from services.intake.usecases.end_custody import KEPT_MONTHS
from services.intake.usecases.views import reception_view
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.calendar.retention import add_months
from shared.db import Work


def find_receptions(
    work: Work, plan_number: str, caller: Caller, *, only_due: bool, after: str, count: int
) -> list[dict[str, Any]]:
    """Up to `count` receptions, the newest first; `only_due`: those whose media and form are to be destroyed."""
    today = work.now.astimezone(JST).date() if only_due else None
    work.record(caller.access("intake.reception.read", "plan", plan_number or "*"))
    return [view_of(work.session, row) for row in _find(work.session, plan_number, today, after, count)]


def show_reception(work: Work, reception_id: str, caller: Caller) -> dict[str, Any]:
    """One reception with its media and requests. Refusal `not-found`."""
    row = find_reception(work.session, reception_id)
    work.record(caller.access("intake.reception.read", "reception", row.id))
    return view_of(work.session, row)


def view_of(session: Session, row: ReceptionRow) -> dict[str, Any]:
    """A reception as callers see it."""
    requests = session.exec(select(RequestRow).where(RequestRow.reception_id == row.id)).all()
    return reception_view(row, media_of(session, row.id), requests)


def _find(session: Session, plan_number: str, today: date | None, after: str, count: int) -> list[ReceptionRow]:
    found = select(ReceptionRow).order_by(col(ReceptionRow.id).desc()).limit(count)
    if plan_number:
        found = found.where(ReceptionRow.plan_number == plan_number)
    if after:
        found = found.where(col(ReceptionRow.id) < after)
    if today is not None:
        found = found.where(
            col(ReceptionRow.received_on) <= add_months(today, -KEPT_MONTHS),
            col(ReceptionRow.destroyed_at).is_(None),
            col(ReceptionRow.returned_at).is_(None),
        )
    return list(session.exec(found).all())
