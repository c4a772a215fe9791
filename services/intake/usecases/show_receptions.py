"""Look at receptions: lists and single ones, each look with its record."""

from typing import Any

from sqlmodel import Session

from services.intake.storage.registers import find_reception, media_of, newest_receptions
from services.intake.storage.requests import requests_of_reception
from services.intake.storage.tables import ReceptionRow
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
    kept_since = add_months(work.now.astimezone(JST).date(), -KEPT_MONTHS) if only_due else None
    work.record(caller.access("intake.reception.read", "plan", plan_number or "*"))
    rows = newest_receptions(work.session, plan_number, kept_since=kept_since, after=after, count=count)
    return [view_of(work.session, row) for row in rows]


def show_reception(work: Work, reception_id: str, caller: Caller) -> dict[str, Any]:
    """One reception with its media and requests. Refusal `not-found`."""
    row = find_reception(work.session, reception_id)
    work.record(caller.access("intake.reception.read", "reception", row.id))
    return view_of(work.session, row)


def view_of(session: Session, row: ReceptionRow) -> dict[str, Any]:
    """A reception as callers see it."""
    return reception_view(row, media_of(session, row.id), requests_of_reception(session, row.id))
