"""Look at plans; a plan's client sees its own only."""

from typing import Any

from services.intake.storage.registers import all_plans, find_plan
from services.intake.usecases.views import plan_view
from shared.auth.caller import Caller
from shared.db import Work
from shared.refusals import Refusal


def find_plans(work: Work, caller: Caller, *, after: str) -> list[dict[str, Any]]:
    """Plans by number."""
    rows = [each for each in all_plans(work.session) if each.number > after and _may(caller, each.number)]
    work.record(caller.access("intake.plan.read", "plan", "*"))
    return [plan_view(row) for row in rows]


def show_plan(work: Work, number: str, caller: Caller) -> dict[str, Any]:
    """One plan. Refusal `not-found`, for another's plan too."""
    if not _may(caller, number):
        raise Refusal("not-found")
    row = find_plan(work.session, number)
    work.record(caller.access("intake.plan.read", "plan", row.number))
    return plan_view(row)


def _may(caller: Caller, number: str) -> bool:
    return caller.principal.kind != "client" or caller.principal.may_act_for(number)
