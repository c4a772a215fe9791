"""The end of a received medium: back to the plan, or into the shredder after three months and with approval."""

import hashlib
from datetime import datetime

from services.intake.domain.receptions import check_medium_transition
from services.intake.storage.registers import find_reception, is_held, media_of
from services.intake.storage.tables import ReceptionRow
from services.intake.usecases.read_medium import medium_state
from shared.auth.caller import Caller
from shared.calendar.clock import day_begins
from shared.calendar.retention import add_months
from shared.db import Work
from shared.events.copies import CopyDestroyed
from shared.refusals import Refusal
from shared.trail.record import canonical

KEPT_MONTHS = 3
DESTROY = "intake.media.destroy"


def return_reception(work: Work, reception_id: str, reason: str, caller: Caller) -> ReceptionRow:
    """Send an envelope's media back (返戻). Refusal `wrong-state` once one was destroyed or returned."""
    row = find_reception(work.session, reception_id)
    for medium in media_of(work.session, row.id):
        check_medium_transition(medium_state(medium), "returned")
        medium.state = "returned"
        medium.processed_at = medium.processed_at or work.now
        work.session.add(medium)
    row.returned_at = work.now
    row.return_reason = reason
    work.session.add(row)
    work.record(caller.access("intake.media.return", "reception", row.id))
    return row


def destroy_reception(work: Work, reception_id: str, caller: Caller) -> ReceptionRow:
    """Record that the media and the form were shredded, with the second person's approval.

    Refusal `not-yet-due` before the three months are over, `held` while a legal hold lies on them, or `wrong-state`.
    """
    row = find_reception(work.session, reception_id)
    due = shredded_from(row)
    if work.now < due:
        raise Refusal("not-yet-due", due_on=due.date().isoformat())
    if is_held(work.session, work.now, reception=row.id, plan=row.plan_number):
        raise Refusal("held")
    media = media_of(work.session, row.id)
    for medium in media:
        check_medium_transition(medium_state(medium), "destroyed")
    work.use_approval(caller, DESTROY, row.id)
    for medium in media:
        medium.state = "destroyed"
        work.session.add(medium)
    row.destroyed_at = work.now
    work.session.add(row)
    work.announce(_certificate(work, row, len(media), caller), subject=f"reception/{row.id}")
    work.record(caller.access(DESTROY, "reception", row.id))
    return row


def _certificate(work: Work, row: ReceptionRow, media: int, caller: Caller) -> CopyDestroyed:
    return CopyDestroyed(
        copy_id=row.id,
        service="intake",
        what="received_media",
        object_type="reception",
        object_id=row.id,
        records=media,
        digest=_digest(row),
        method="shredded",
        due_at=shredded_from(row),
        destroyed_at=work.now,
        by=caller.principal.id,
        approval=caller.approval,
    )


def _digest(row: ReceptionRow) -> str:
    """The digest of the list of what was destroyed."""
    listed = {"reception": row.id, "plan": row.plan_number, "form": row.form_enclosed}
    return hashlib.sha256(canonical(listed)).hexdigest()


def shredded_from(row: ReceptionRow) -> datetime:
    """From when media and form may be shredded: the beginning, in Japan, of the day on which three months are over."""
    return day_begins(add_months(row.received_on, KEPT_MONTHS))
