"""Register an envelope that was opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.intake.storage.registers import find_plan
from services.intake.storage.tables import MediumRow, ReceptionRow
from shared.auth.caller import Caller
from shared.db import Work
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
    work.record(caller.access("intake.reception.register", "reception", row.id))
    return row
