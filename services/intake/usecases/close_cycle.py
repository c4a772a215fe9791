"""The cutoff: a cycle closes exactly at its instant, and from then on nothing in it changes."""

import asyncio
from datetime import datetime
from functools import partial

import orjson
from sqlmodel import Session

from services.intake.domain.balance import check_balance
from services.intake.domain.requests import RequestState
from services.intake.parts import IntakeParts
from services.intake.storage.doomed import doom
from services.intake.storage.registers import find_plan, first_plan_at, last_closed
from services.intake.storage.requests import counted, in_cycle, kind_of, move
from services.intake.storage.tables import CycleRow, RequestRow, ref, refs
from services.intake.usecases.check_request import check_request
from services.intake.usecases.transfer_day import transfer_day
from shared.blobs.ref import BlobRef
from shared.calendar.cutoffs import cutoff_at, cycle_of, next_cycle, reply_due
from shared.db import Work
from shared.events.intake import ClosedRequest, CycleClosed
from shared.layouts import KIND_CODES
from shared.trail import Access, Actor

ACTOR = Actor.job("intake.cutoff")
CHECKED: tuple[RequestState, ...] = ("accepted", "returned", "withdrawn", "replaced")


def cycle_to_close(session: Session) -> str | None:
    """The oldest cycle that is still open; None before the first plan."""
    last = last_closed(session)
    if last is not None:
        return next_cycle(last.name)
    began = first_plan_at(session)
    return None if began is None else cycle_of(began)


async def close_cycle(parts: IntakeParts, cycle: str) -> dict[str, int]:
    """Transfer and check what came in time, then close. Refusal `cycle-unbalanced` names the requests that break it."""
    await transfer_day(parts, cutoff_at(cycle))
    for row in await parts.db.read(lambda session: in_cycle(session, cycle, ["checking"])):
        effect = await check_request(parts, row.id)
        if effect is not None:
            await parts.db.write(effect)
    while True:
        lines = await parts.db.read(lambda session: _lines(session, cycle))
        closing_list = await asyncio.to_thread(_store, parts, lines)
        counts = await parts.db.write(partial(_close, cycle=cycle, lines=lines, closing_list=closing_list))
        if counts is not None:
            return counts


def _lines(session: Session, cycle: str) -> list[ClosedRequest]:
    return [_line(session, row) for row in in_cycle(session, cycle, ["accepted"])]


def _line(session: Session, row: RequestRow) -> ClosedRequest:
    plan = find_plan(session, row.plan_number)
    return ClosedRequest(
        request_id=row.id,
        plan_number=plan.number,
        plan_name=plan.name,
        plan_address=plan.address,
        channel=row.channel,
        kind=kind_of(row),
        charset=row.charset,
        received=row.received,
        accepted=row.accepted,
        rejected=row.rejected,
        chunks=refs(row.chunks),
        rejected_chunk=ref(row.rejected_chunk),
        accepted_at=row.accepted_at,
        findings=row.finding_counts,
    )


def _store(parts: IntakeParts, lines: list[ClosedRequest]) -> BlobRef:
    data = orjson.dumps([each.model_dump(mode="json") for each in lines])
    return parts.blobs.put(data, purpose="closing-list", key="intake", records=len(lines))


def _close(work: Work, cycle: str, lines: list[ClosedRequest], closing_list: BlobRef) -> dict[str, int] | None:
    """The counts; None where a request was withdrawn while the list was made, so that it is not the one."""
    if work.session.get(CycleRow, cycle) is not None:
        doom(work, [closing_list], what="", object_type="cycle", object_id=cycle)
        return {"requests": 0}
    rows = in_cycle(work.session, cycle, ["accepted"])
    if [row.id for row in rows] != [line.request_id for line in lines]:
        doom(work, [closing_list], what="", object_type="cycle", object_id=cycle)
        return None
    balance = check_balance(counted(in_cycle(work.session, cycle, CHECKED)))
    inquiries = dict.fromkeys(KIND_CODES, 0)
    for row in rows:
        move(work, row, "closed")
        inquiries[row.kind] += row.accepted
    counts = {"requests": len(rows), "inquiries": inquiries, "records": vars(balance)}
    due = reply_due(cycle)
    closed = CycleRow(
        name=cycle,
        cutoff_at=cutoff_at(cycle),
        closed_at=work.now,
        reply_due=due,
        counts=counts,
        closing_list=closing_list.model_dump(),
    )
    work.session.add(closed)
    event = CycleClosed(
        cycle=cycle,
        closed_at=work.now,
        reply_due=due,
        requests=len(rows),
        inquiries=inquiries,
        closing_list=closing_list,
    )
    work.announce(event, subject=f"cycle/{cycle}")
    work.record(Access(ACTOR, "intake.cycle.close", "cycle", cycle, subjects=balance.accepted))
    return {"requests": len(rows), "inquiries": sum(inquiries.values())}


def is_due(session: Session, until: datetime) -> tuple[str, datetime] | None:
    """The cycle whose cutoff has come by `until`, and that instant."""
    cycle = cycle_to_close(session)
    if cycle is None or cutoff_at(cycle) > until:
        return None
    return cycle, cutoff_at(cycle)
