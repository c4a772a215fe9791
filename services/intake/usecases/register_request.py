"""Register a request before its file comes."""

from dataclasses import dataclass
from datetime import date

from services.intake.storage.registers import find_plan
from services.intake.storage.requests import start
from services.intake.storage.tables import RequestRow
from shared.auth.caller import Caller
from shared.calendar.cutoffs import cycle_of
from shared.db import Work
from shared.events.intake import Kind
from shared.ids import new_id
from shared.refusals import Refusal


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What a plan says of the file that it is going to send; the form is the 照会依頼書."""

    plan_number: str
    kind: Kind
    record_count: int
    sha256: str
    form_date: date
    form_contact: str
    form_remarks: str = ""


def register_request(work: Work, registration: Registration, caller: Caller, *, replaces: str = "") -> RequestRow:
    """A request that waits for its file. A plan that the caller may not act for is `not-found`, as if it were none."""
    if not caller.principal.may_act_for(registration.plan_number):
        raise Refusal("not-found")
    plan = find_plan(work.session, registration.plan_number)
    cycle = cycle_of(work.now)
    row = RequestRow(
        id=new_id(),
        plan_number=plan.number,
        kind=registration.kind,
        channel="network",
        state="awaiting_file",
        cycle=cycle,
        registered_cycle=cycle,
        registered_records=registration.record_count,
        registered_sha256=registration.sha256.lower(),
        form_date=registration.form_date,
        form_contact=registration.form_contact,
        form_remarks=registration.form_remarks,
        replaces=replaces,
        registered_at=work.now,
    )
    start(work, row)
    action = "intake.request.replace" if replaces else "intake.request.register"
    work.record(caller.access(action, "request", row.id, subjects=registration.record_count))
    return row
