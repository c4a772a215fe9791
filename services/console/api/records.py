"""The access records: searched by all that they are looked up by, one thing's whole life, one act's whole record."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.console.api.gate import Person
from services.console.api.inputs import Cursor, Day, span_of
from services.console.api.pages import Pages
from services.console.sessions import Sessions
from shared.trail import actions

RECORDS: Final = "/audit/v1/records"
SHOWN: Final = 100
WORDS: Final = ("actor", "object", "action", "case", "purpose", "equipment", "place", "source", "outcome")

Word = Annotated[str, Query(max_length=200, pattern=r"^[A-Za-z0-9._:/@-]*$")]
ObjectWord = Annotated[str, Query(alias="object", max_length=200, pattern=r"^[A-Za-z0-9._:/@-]*$")]


def record_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/records`. Words are ids and codes only: nobody can be looked for by name."""
    router = APIRouter(prefix="/records", include_in_schema=False)

    @router.get("")
    async def search(
        request: Request,
        person: Person,
        actor: Word = "",
        object_: ObjectWord = "",
        action: Word = "",
        case: Word = "",
        purpose: Word = "",
        equipment: Word = "",
        place: Word = "",
        source: Word = "",
        outcome: Word = "",
        first: Day = "",
        last: Day = "",
        order: Word = "newest",
        cursor: Cursor = "",
    ) -> HTMLResponse:
        values = (actor, object_, action, case, purpose, equipment, place, source, outcome)
        wanted = {name: value for name, value in zip(WORDS, values, strict=True) if value}
        wanted |= {"order": "oldest" if order == "oldest" else "newest"}
        span = span_of(first, last)
        found = await sessions.as_person(person).get(RECORDS, **wanted, **span, limit=str(SHOWN), cursor=cursor)
        chosen = {**dict.fromkeys(WORDS, ""), **wanted, "first": first, "last": last}
        return pages.show(request, "records.html", found=found, chosen=chosen, actions=actions())

    return router
