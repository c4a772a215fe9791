"""Withdraw a request, or register another in its place; both until the cutoff."""

from dataclasses import dataclass
from datetime import date

from services.intake.domain.requests import check_transition
from services.intake.storage.requests import kind_of, move, state_of
from services.intake.storage.tables import RequestRow
from services.intake.usecases.find_own_request import find_own_request
from services.intake.usecases.register_request import Registration, register_request
from services.intake.usecases.tell_request_data import tell_request_data
from shared.auth.caller import Caller
from shared.calendar.cutoffs import cutoff_at
from shared.db import Work
from shared.events.intake import Kind, RequestReplaced, RequestWithdrawn
from shared.refusals import Refusal


def withdraw_request(work: Work, request_id: str, caller: Caller, keep_months: int) -> RequestRow:
    """Take an accepted request back. Refusal `wrong-state`, or `cycle-closed` after the cutoff."""
    row = find_own_request(work.session, request_id, caller)
    _check_open(work, row)
    move(work, row, "withdrawn")
    tell_request_data(work, row, keep_months)
    work.announce(_withdrawn(row), subject=f"request/{row.id}")
    work.record(caller.access("intake.request.withdraw", "request", row.id, subjects=row.received))
    return row


@dataclass(frozen=True, kw_only=True)
class ReplacementEntry:
    """What a plan says of the file that replaces another; plan and kind only to be compared."""

    record_count: int
    sha256: str
    form_date: date
    form_contact: str
    form_remarks: str = ""
    plan_number: str | None = None
    kind: Kind | None = None


def replace_request(work: Work, request_id: str, entry: ReplacementEntry, caller: Caller) -> RequestRow:
    """Register a request that takes the place of an accepted one as soon as it is accepted itself."""
    old = find_own_request(work.session, request_id, caller)
    if entry.plan_number not in (None, old.plan_number) or entry.kind not in (None, old.kind):
        raise Refusal("replacement-differs")
    _check_open(work, old)
    check_transition(state_of(old), "replaced")
    registration = Registration(
        plan_number=old.plan_number,
        kind=kind_of(old),
        record_count=entry.record_count,
        sha256=entry.sha256,
        form_date=entry.form_date,
        form_contact=entry.form_contact,
        form_remarks=entry.form_remarks,
    )
    return register_request(work, registration, caller, replaces=old.id)


def put_in_place(work: Work, new: RequestRow, keep_months: int) -> None:
    """The old request steps aside for its accepted replacement, where the cutoff has not passed it."""
    old = work.session.get(RequestRow, new.replaces) if new.replaces else None
    if old is None or old.state != "accepted" or new.file_received_at is None:
        return
    if new.file_received_at > cutoff_at(old.cycle):
        return
    old.replaced_by = new.id
    move(work, old, "replaced")
    tell_request_data(work, old, keep_months)
    event = RequestReplaced(request_id=old.id, plan_number=old.plan_number, kind=kind_of(old), replaced_by=new.id)
    work.announce(event, subject=f"request/{old.id}")


def _check_open(work: Work, row: RequestRow) -> None:
    if row.state == "accepted" and work.now > cutoff_at(row.cycle):
        raise Refusal("cycle-closed", cycle=row.cycle)


def _withdrawn(row: RequestRow) -> RequestWithdrawn:
    return RequestWithdrawn(request_id=row.id, plan_number=row.plan_number, kind=kind_of(row))
