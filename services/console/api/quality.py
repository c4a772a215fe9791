"""How good each plan's data are: the score, how it moved, and what the plan can do."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse

from services.console.api.gate import Person
from services.console.api.pages import Pages
from services.console.domain.trend import trend_of
from services.console.sessions import Sessions

PLANS: Final = "/intake/v1/plans"
PlanNumber = Annotated[str, Path(pattern=r"^[0-9]{8}$")]


def quality_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/quality`: the plans, and one of them."""
    router = APIRouter(prefix="/quality", include_in_schema=False)

    @router.get("")
    async def plans(request: Request, person: Person) -> HTMLResponse:
        return pages.show(request, "plans.html", plans=await sessions.as_person(person).items(PLANS))

    @router.get("/{plan_number}")
    async def one(request: Request, person: Person, plan_number: PlanNumber) -> HTMLResponse:
        calls = sessions.as_person(person)
        quality: dict[str, Any] = await calls.get("/matcher/v1/quality", plan_number=plan_number)
        named = {plan["number"]: plan["name"] for plan in await calls.items(PLANS)}
        line = trend_of([(cycle["cycle"], cycle["score"]) for cycle in quality["items"]])
        return pages.show(request, "quality.html", quality=quality, name=named.get(plan_number, ""), line=line)

    return router
