"""Puts verified discs of one plan into one envelope: cased in number order, bundled for the contractor."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from services.media.domain.envelopes import LabelScan, check_envelope
from services.media.domain.numbers import dispatch_number
from services.media.domain.tracking import canonical_tracking_number
from services.media.parts import MediaParts
from services.media.storage.discs import disc_by_label
from services.media.storage.dispatches import (
    discs_in,
    dispatch_of,
    dispatches_after,
    envelope_steps,
    is_on_the_way,
    next_position,
    on_the_way_with,
)
from services.media.storage.tables import Disc, Dispatch, DispatchDisc, DispatchStep
from services.media.usecases.follow_discs import move_disc
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.db import Work
from shared.http.paging import decode, page
from shared.ids import new_id
from shared.refusals import Refusal


def make_dispatch(
    parts: MediaParts,
    work: Work,
    caller: Caller,
    *,
    disc_ids: Sequence[str],
    carrier: str,
    tracking_number: str,
    seal_number: str,
    envelope_plan_number: str,
) -> dict[str, Any]:
    """The envelope. Refusals `wrong-envelope`, `already-dispatched`, `seal-required`, `number-in-use`, …"""
    named = {disc.number: disc for disc in (disc_by_label(work.session, each) for each in disc_ids)}
    discs = [named[number] for number in sorted(named)]
    check_envelope([_scan(work, disc) for disc in discs], plan_number=envelope_plan_number, seal_number=seal_number)
    _check_carrier(parts, carrier)
    tracking = canonical_tracking_number(tracking_number)
    if on_the_way_with(work.session, tracking_number=tracking, seal_number=seal_number) is not None:
        raise Refusal("number-in-use")
    for disc in discs:
        work.refuse_if_frozen(plan=disc.plan_number, medium=disc.id)
    dispatch = _add(work, discs[0], carrier, tracking, seal_number)
    note_envelope_step(work, dispatch, caller.principal.id)
    for disc in discs:
        work.session.add(DispatchDisc(dispatch_id=dispatch.id, disc_id=disc.id))
        for state in ("cased", "bundled") if disc.state == "verified" else ("bundled",):
            move_disc(work, disc, state, at=work.now, actor=caller.principal.id)
        work.record(caller.access("media.disc.bundle", "disc", disc.id, case=dispatch.id))
    work.record(caller.access("media.dispatch.make", "dispatch", dispatch.id, case=caller.case or dispatch.id))
    work.session.flush()
    return shown(work.session, dispatch)


def list_dispatches(work: Work, caller: Caller, *, state: str, limit: int, cursor: str) -> dict[str, Any]:
    """One page of envelopes."""
    rows = dispatches_after(work.session, after=decode(cursor), limit=limit, state=state)
    work.record(caller.access("media.dispatch.list", "dispatch", "*"))
    return page([shown(work.session, row) for row in rows], limit=limit, position=lambda item: item["id"])


def show_dispatch(work: Work, caller: Caller, dispatch_id: str) -> dict[str, Any]:
    """One envelope with its way. Refusal `not-found`."""
    dispatch = dispatch_of(work.session, dispatch_id)
    work.record(caller.access("media.dispatch.read", "dispatch", dispatch.id))
    return shown(work.session, dispatch)


def shown(session: Session, dispatch: Dispatch) -> dict[str, Any]:
    """An envelope as the outside sees it."""
    return {
        "id": dispatch.id,
        "number": dispatch.number,
        "plan_number": dispatch.plan_number,
        "kind_group": dispatch.kind_group,
        "carrier": dispatch.carrier,
        "tracking_number": dispatch.tracking_number,
        "seal_number": dispatch.seal_number,
        "state": dispatch.state,
        "disc_ids": [disc.id for disc in discs_in(session, dispatch.id)],
        "made_at": dispatch.made_at.astimezone(JST).isoformat(),
        "history": [
            {"state": step.state, "at": step.at.astimezone(JST).isoformat(), "actor": step.actor}
            for step in envelope_steps(session, dispatch.id)
        ],
    }


def note_envelope_step(work: Work, dispatch: Dispatch, actor: str) -> DispatchStep:
    """Adds the envelope's present state to its way."""
    work.session.flush()
    step = DispatchStep(
        id=new_id(),
        dispatch_id=dispatch.id,
        position=len(envelope_steps(work.session, dispatch.id)) + 1,
        state=dispatch.state,
        at=work.now,
        recorded_at=work.now,
        actor=actor,
    )
    work.session.add(step)
    return step


def _scan(work: Work, disc: Disc) -> LabelScan:
    return LabelScan(disc.id, disc.plan_number, disc.kind_group, is_on_the_way(work.session, disc.id))


def _check_carrier(parts: MediaParts, carrier: str) -> None:
    known = parts.settings.carriers
    if known and carrier not in known:
        raise Refusal("carrier-unknown", allowed=sorted(known))


def _add(work: Work, disc: Disc, carrier: str, tracking_number: str, seal_number: str) -> Dispatch:
    today = work.now.astimezone(JST)
    prefix = dispatch_number(today.year, today.month, 0)[:-4]
    dispatch = Dispatch(
        id=new_id(),
        number=dispatch_number(today.year, today.month, next_position(work.session, prefix)),
        plan_number=disc.plan_number,
        kind_group=disc.kind_group,
        carrier=carrier,
        tracking_number=tracking_number,
        seal_number=seal_number,
        state="bundled",
        made_at=work.now,
    )
    work.session.add(dispatch)
    return dispatch
