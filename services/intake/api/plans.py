"""Plans and their contracts."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from services.intake.api.bodies import ContractEnd, NewPlan
from services.intake.parts import IntakeParts
from services.intake.usecases.end_contract import end_contract
from services.intake.usecases.register_plan import PlanEntry, register_plan
from services.intake.usecases.show_plans import find_plans, show_plan
from services.intake.usecases.views import plan_view
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.db import Work
from shared.http import Cursor, Limit, Once, once, page, parts_of
from shared.http.paging import decode

router = APIRouter(prefix="/intake/v1", tags=["plans"])
Parts = Annotated[IntakeParts, Depends(parts_of)]
Reader = Annotated[Caller, allow("intake.plan.read")]


@router.get("/plans")
async def find(parts: Parts, caller: Reader, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Plans by number; a plan's client sees its own only."""
    after = decode(cursor)
    items = await parts.db.write(lambda work: find_plans(work, caller, after=after))
    return page(items, limit=limit, position=lambda item: item["number"])


@router.post("/plans", status_code=201)
async def register(
    body: NewPlan,
    parts: Parts,
    caller: Annotated[Caller, allow("intake.plan.register")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Register a plan under contract."""
    entry = PlanEntry(**body.model_dump())
    access = caller.access("intake.plan.register", "plan", entry.number)
    return await once.write(parts.db, lambda work: plan_view(register_plan(work, entry, access)))


@router.get("/plans/{number}")
async def show(number: str, parts: Parts, caller: Reader) -> dict[str, Any]:
    """One plan."""
    return await parts.db.write(lambda work: show_plan(work, number, caller))


@router.post("/plans/{number}/contract-end")
async def end(
    number: str,
    body: ContractEnd,
    parts: Parts,
    caller: Annotated[Caller, allow("intake.plan.end_contract")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """End a contract; when its last day has come, the plan's inquiry numbers are destroyed."""

    def run(work: Work) -> dict[str, Any]:
        ended_on = body.ended_on or work.now.astimezone(JST).date()
        access = caller.access("intake.plan.end_contract", "plan", number)
        return plan_view(end_contract(work, number, ended_on, access))

    return await once.write(parts.db, run)
