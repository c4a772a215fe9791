"""Cycles: counts, cutoff, reply dates, plans that have not sent."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlmodel import Session

from services.intake.api.views import at_text
from services.intake.domain.balance import balance_of
from services.intake.domain.requests import RequestState
from services.intake.parts import IntakeParts
from services.intake.storage.registers import all_plans, closed_cycles
from services.intake.storage.requests import counted, in_cycle, plans_that_sent, states_in
from services.intake.storage.tables import CycleRow
from services.intake.usecases.close_cycle import CHECKED, cycle_to_close
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.calendar.cutoffs import cutoff_at, cycle_of, is_cycle, next_cycle, reply_due
from shared.db import Work
from shared.http import Cursor, Limit, page, parts_of
from shared.http.paging import decode
from shared.refusals import Refusal

router = APIRouter(prefix="/intake/v1", tags=["cycles"])
Parts = Annotated[IntakeParts, Depends(parts_of)]
Reader = Annotated[Caller, allow("intake.cycle.read")]
SETTLED: tuple[RequestState, ...] = (*CHECKED, "closed", "inquired", "answered", "replied", "delivered")


@router.get("/cycles")
async def find(parts: Parts, caller: Reader, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Closed cycles and those still open, the newest first."""
    after = decode(cursor)

    def read(work: Work) -> dict[str, Any]:
        names = [name for name in _names(work) if not after or name < after]
        work.record(caller.access("intake.cycle.read", "cycle", "*"))
        items = [_view(work.session, name, caller) for name in names[: limit + 1]]
        return page(items, limit=limit, position=lambda item: item["cycle"])

    return await parts.db.write(read)


@router.get("/cycles/{cycle}")
async def show(cycle: str, parts: Parts, caller: Reader) -> dict[str, Any]:
    """One cycle with its counts and the plans that have not sent."""
    if not is_cycle(cycle) or not "2000" <= cycle[:4] < "2100":
        raise Refusal("not-found")

    def read(work: Work) -> dict[str, Any]:
        work.record(caller.access("intake.cycle.read", "cycle", cycle))
        view = _view(work.session, cycle, caller)
        return view if caller.principal.kind == "client" else view | _silent_plans(work, cycle)

    return await parts.db.write(read)


def _names(work: Work) -> list[str]:
    """The closed cycles, those due to close, and the present one."""
    names = {row.name for row in closed_cycles(work.session)}
    current = cycle_of(work.now)
    name = cycle_to_close(work.session) or current
    while name < current:
        names.add(name)
        name = next_cycle(name)
    return sorted(names | {current}, reverse=True)


def _view(session: Session, cycle: str, caller: Caller) -> dict[str, Any]:
    closed = session.get(CycleRow, cycle)
    view: dict[str, Any] = {
        "cycle": cycle,
        "state": "closed" if closed else "open",
        "cutoff_at": at_text(cutoff_at(cycle)),
        "closed_at": at_text(closed.closed_at) if closed else None,
        "reply_due": reply_due(cycle).isoformat(),
    }
    if caller.principal.kind == "client":
        return view
    states = states_in(session, cycle)
    balance = balance_of(counted(in_cycle(session, cycle, SETTLED)))
    counts: dict[str, Any] = {"requests": states, "records": vars(balance) | {"balanced": balance.holds}}
    return view | {"counts": counts | ({"closed": closed.counts} if closed else {})}


def _silent_plans(work: Work, cycle: str) -> dict[str, Any]:
    sent = plans_that_sent(work.session, cycle)
    day = min(work.now, cutoff_at(cycle)).astimezone(JST).date()
    silent = [each.number for each in all_plans(work.session) if each.number not in sent and each.in_force(day)]
    return {"plans_not_sent": silent}
