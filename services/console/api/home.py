"""The home page of each role: what waits."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.console.api.gate import Person
from services.console.api.pages import Pages
from services.console.calls import AsPerson, ServiceAway
from services.console.domain.navigation import WAITS, Wait
from services.console.sessions import Session, Sessions
from shared.auth.acts import act_rules

COUNTED: Final = 100


def home_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/home`."""
    router = APIRouter(include_in_schema=False)

    @router.get("/home")
    async def home(request: Request, person: Person) -> HTMLResponse:
        waiting, away = await _waiting(sessions.as_person(person), person)
        return pages.show(request, "home.html", waiting=waiting, away=away)

    return router


async def _waiting(calls: AsPerson, person: Session) -> tuple[Sequence[dict[str, Any]], Sequence[str]]:
    """How much waits of each kind that the person's team deals with, and which services did not say."""
    found, away = [], set()
    for wait in WAITS:
        if person.team not in act_rules()[wait.act].teams:
            continue
        try:
            found.append({"path": wait.path, "ja": wait.ja, "en": wait.en, "count": await _count(calls, wait)})
        except ServiceAway as one:
            away.add(one.service)
    return found, sorted(away)


async def _count(calls: AsPerson, wait: Wait) -> str:
    page = await calls.get(wait.asks, limit=str(COUNTED), **dict(wait.query))
    return f"{len(page['items'])}{'+' if page['next_cursor'] else ''}"
