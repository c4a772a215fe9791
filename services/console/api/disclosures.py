"""What was done with one person's data, for that person: from the inquiry number, over pseudonyms, to the records."""

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.console.api.gate import Form, Person
from services.console.api.pages import Pages
from services.console.calls import AsPerson
from services.console.sessions import Sessions
from shared.refusals import Refusal

SUBJECTS: Final = "/matcher/v1/subjects"
DISCLOSURES: Final = "/audit/v1/disclosures"
PURPOSE: Final = "audit"
PAGES_AT_MOST: Final = 20
A_PAGE: Final = 1000


def disclosure_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/disclosures`: whom to look for; the answer is drawn for the order itself, so that no address names anybody."""
    router = APIRouter(prefix="/disclosures", include_in_schema=False)

    @router.get("")
    async def ask(request: Request, person: Person) -> HTMLResponse:
        return pages.show(request, "disclosures.html")

    @router.post("")
    async def one(request: Request, person: Person, form: Form) -> HTMLResponse:
        plan, number, case = (form.get(name, "").strip() for name in ("plan_number", "inquiry_number", "case"))
        if not (plan and number and case):
            raise Refusal("form-incomplete")
        calls = sessions.as_person(person)
        whom = {"plan_number": plan, "inquiry_number": number}
        tokens = (await calls.post(SUBJECTS, whom, purpose=PURPOSE, case=case))["tokens"]
        told = await _told(calls, tokens, case)
        return pages.show(request, "disclosure.html", told=told, plan_number=plan, case=case)

    return router


async def _told(calls: AsPerson, tokens: list[str], case: str) -> dict[str, Any]:
    """All acts, over as many pages as there are within reason; `more` says that there would be others."""
    body: dict[str, Any] = {"tokens": tokens, "limit": A_PAGE}
    told = await calls.post(DISCLOSURES, body, purpose=PURPOSE, case=case)
    acts, after = list(told["acts"]), told["next_after"]
    for _ in range(PAGES_AT_MOST):
        if after is None:
            break
        page = await calls.post(DISCLOSURES, {**body, "after": after}, purpose=PURPOSE, case=case)
        acts, after = acts + page["acts"], page["next_after"]
    return {**told, "acts": acts, "more": after is not None}
