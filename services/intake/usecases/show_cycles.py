"""Look at cycles; a plan's client sees their dates only."""

from typing import Any

from sqlmodel import Session

from services.intake.domain.balance import balance_of
from services.intake.domain.requests import RequestState
from services.intake.storage.registers import all_plans, closed_cycles
from services.intake.storage.requests import counted, in_cycle, plans_that_sent, states_in
from services.intake.storage.tables import CycleRow
from services.intake.usecases.close_cycle import CHECKED, cycle_to_close
from services.intake.usecases.views import at_text
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.calendar.cutoffs import cutoff_at, cycle_of, is_cycle, next_cycle, reply_due
from shared.db import Work
from shared.refusals import Refusal

SETTLED: tuple[RequestState, ...] = (*CHECKED, "closed", "inquired", "answered", "replied", "delivered")


def find_cycles(work: Work, caller: Caller, *, before: str, count: int) -> list[dict[str, Any]]:
    """Up to `count` cycles, closed and open, the newest first."""
    work.record(caller.access("intake.cycle.read", "cycle", "*"))
    names = [name for name in _names(work) if not before or name < before]
    return [_view(work.session, name, caller) for name in names[:count]]


def show_cycle(work: Work, cycle: str, caller: Caller) -> dict[str, Any]:
    """One cycle with its counts and the plans that have not sent. Refusal `not-found` for what is none."""
    if not is_cycle(cycle) or not "2000" <= cycle[:4] < "2100":
        raise Refusal("not-found")
    work.record(caller.access("intake.cycle.read", "cycle", cycle))
    view = _view(work.session, cycle, caller)
    return view if caller.principal.kind == "client" else view | _silent_plans(work, cycle)


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
