"""End a plan's contract: from the day after, its inquiry numbers and what stands behind them are destroyed."""

from datetime import date, datetime

from services.intake.storage.registers import find_plan, plans_to_end
from services.intake.storage.tables import PlanRow
from shared.calendar.clock import JST
from shared.db import Work
from shared.events.intake import PlanContractEnded
from shared.refusals import Refusal
from shared.trail import Access, Actor


def end_contract(work: Work, plan_number: str, ended_on: date, access: Access) -> PlanRow:
    """Set the last day of a contract; announced at once when that day has come. Refusal `contract-ended`."""
    plan = find_plan(work.session, plan_number)
    if plan.ended_at is not None:
        raise Refusal("contract-ended", ended_on=f"{plan.contract_to}")
    if ended_on < plan.contract_from:
        raise Refusal("contract-dates-crossed")
    plan.contract_to = ended_on
    work.session.add(plan)
    work.record(access)
    if ended_on <= work.now.astimezone(JST).date():
        announce_end(work, plan)
    return plan


def announce_ended_contracts(work: Work, at: datetime) -> int:
    """Announce the contracts whose last day has passed; how many."""
    plans = plans_to_end(work.session, at.astimezone(JST).date())
    for plan in plans:
        announce_end(work, plan)
        work.record(Access(Actor.job("intake.contracts"), "intake.plan.end_contract", "plan", plan.number))
    return len(plans)


def announce_end(work: Work, plan: PlanRow) -> None:
    """Tell the other services; once."""
    if plan.contract_to is None or plan.ended_at is not None:
        return
    plan.ended_at = work.now
    work.session.add(plan)
    work.announce(PlanContractEnded(plan_number=plan.number, ended_on=plan.contract_to), subject=f"plan/{plan.number}")
