"""Register an envelope that was opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.intake.storage.registers import find_plan
from services.intake.storage.tables import MediumRow, ReceptionRow
from services.intake.usecases.end_custody import shredded_from
from shared.auth.caller import Caller
from shared.db import Work
from shared.events.copies import CopiesKept, KeptCopy
from shared.ids import new_id


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What was in it: the form or not, and media with their labels."""

    plan_number: str
    received_on: date
    form_enclosed: bool
    labels: Sequence[str]


def register_reception(work: Work, envelope: Envelope, caller: Caller) -> ReceptionRow:
    """A reception with its media, numbered from 1. Refusal `not-found` for a plan that is none."""
    plan = find_plan(work.session, envelope.plan_number)
    row = ReceptionRow(
        id=new_id(),
        plan_number=plan.number,
        received_on=envelope.received_on,
        form_enclosed=envelope.form_enclosed,
        registered_at=work.now,
        registered_by=caller.principal.id,
    )
    work.session.add(row)
    for number, label in enumerate(envelope.labels, start=1):
        work.session.add(MediumRow(reception_id=row.id, number=number, label=label, state="registered"))
    work.announce(_kept(row, len(envelope.labels)), subject=f"reception/{row.id}")
    work.record(caller.access("intake.reception.register", "reception", row.id))
    return row


def _kept(row: ReceptionRow, media: int) -> CopiesKept:
    """Media and form are kept three calendar months from the day of reception."""
    return CopiesKept(
        service="intake",
        what="received_media",
        object_type="reception",
        object_id=row.id,
        belongs_to=(f"plan/{row.plan_number}",),
        kept_from=row.registered_at,
        due_at=shredded_from(row),
        copies=(KeptCopy(copy_id=row.id, records=media),),
    )
