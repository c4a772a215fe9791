"""The register of provisions, and the items of Article 19 by each numbering."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.console.api.gate import Person
from services.console.api.inputs import Cursor, Day, span_of
from services.console.api.pages import Pages
from services.console.sessions import Sessions

PROVISIONS: Final = "/audit/v1/provisions"
BASES: Final = "/audit/v1/legal-bases"
SHOWN: Final = 200

Number = Annotated[str, Query(max_length=8, pattern=r"^[0-9]*$")]
Kind = Annotated[str, Query(pattern=r"^(provisional|main|my_number|deletion)?$")]


def provision_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/provisions`."""
    router = APIRouter(prefix="/provisions", include_in_schema=False)

    @router.get("")
    async def listed(
        request: Request,
        person: Person,
        plan_number: Number = "",
        kind: Kind = "",
        first: Day = "",
        last: Day = "",
        cursor: Cursor = "",
    ) -> HTMLResponse:
        calls = sessions.as_person(person)
        span = span_of(first, last)
        wanted = {"plan_number": plan_number, "kind": kind, **span}
        found = await calls.get(PROVISIONS, **wanted, limit=str(SHOWN), cursor=cursor)
        chosen = {"plan_number": plan_number, "kind": kind, "first": first, "last": last}
        bases = await calls.get(BASES)
        return pages.show(request, "provisions.html", found=found, bases=bases, chosen=chosen)

    return router
