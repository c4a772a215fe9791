"""An envelope goes on: by hand, or by the carrier's file; its discs go with it."""

from datetime import datetime
from typing import Any

from services.media.domain.states import DISPATCH, step
from services.media.domain.tracking import BadRow, TrackingRow
from services.media.storage.dispatches import discs_in, dispatch_of, envelope_steps, newest_with_tracking
from services.media.storage.tables import Dispatch
from services.media.usecases.follow_discs import move_disc
from services.media.usecases.make_dispatch import note_envelope_step, shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.refusals import Refusal


def record_dispatch_event(
    work: Work, caller: Caller, dispatch_id: str, *, state: str, at: datetime | None
) -> dict[str, Any]:
    """One step. Refusals `transition-refused`, `event-out-of-order`, and for leaving the house `frozen`."""
    dispatch = dispatch_of(work.session, dispatch_id)
    _move(work, dispatch, state, at or work.now, caller.principal.id)
    work.record(
        caller.access("media.dispatch.follow", "dispatch", dispatch.id, case=caller.case or dispatch.id, reason=state)
    )
    work.session.flush()
    return shown(work.session, dispatch)


def import_tracking(work: Work, caller: Caller, rows: list[TrackingRow], bad: list[BadRow]) -> dict[str, Any]:
    """Applies the carrier's rows in order; what changes nothing or cannot be used is counted and named by line."""
    applied = unchanged = 0
    refused = [{"line": row.line, "code": row.code} for row in bad]
    for row in rows:
        dispatch = newest_with_tracking(work.session, row.tracking_number)
        if dispatch is None:
            refused.append({"line": row.line, "code": "tracking-unknown"})
        elif not row.state or _stands_already(work, dispatch, row.state):
            unchanged += 1
        else:
            try:
                _move(work, dispatch, row.state, row.at, caller.principal.id)
                applied += 1
            except Refusal as refusal:
                refused.append({"line": row.line, "code": refusal.code})
    work.record(caller.access("media.tracking.import", "tracking-import", "carrier"))
    return {
        "rows": len(rows) + len(bad),
        "applied": applied,
        "unchanged": unchanged,
        "refused": sorted(refused, key=lambda each: int(str(each["line"]))),
    }


def _move(work: Work, dispatch: Dispatch, state: str, at: datetime, actor: str) -> None:
    then = step(DISPATCH, dispatch.state, state)
    discs = discs_in(work.session, dispatch.id)
    before = envelope_steps(work.session, dispatch.id)[1:]
    if before and at < before[-1].at:
        raise Refusal("event-out-of-order", last=before[-1].at.isoformat())
    if then in ("handed_over", "sent"):
        for disc in discs:
            work.refuse_if_frozen(plan=disc.plan_number, medium=disc.id)
    dispatch.state = then
    work.session.add(dispatch)
    note_envelope_step(work, dispatch, actor).at = at
    for disc in discs:
        move_disc(work, disc, then, at=at, actor=actor)


def _stands_already(work: Work, dispatch: Dispatch, state: str) -> bool:
    return state in {step.state for step in envelope_steps(work.session, dispatch.id)}
