"""Reviews: what waits, both sides of one, the verdict, and straight on to the next."""

import re
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console.api.gate import Form, Person
from services.console.api.inputs import Cursor
from services.console.api.pages import Pages, page_headers
from services.console.calls import AsPerson, ServiceRefused
from services.console.domain.side_by_side import rows_of, steps_of
from services.console.sessions import Sessions
from shared.refusals import Refusal

REVIEWS: Final = "/matcher/v1/reviews"
PURPOSE: Final = "review"
SHOWN: Final = 50
MINE: Final = {"assigned_to": "me", "state": "waiting"}
TAKEN_AT_ONCE: Final = "10"
DIFFERENT: Final = "0"
VERDICTS: Final = frozenset("012345")
"""Nobody, or the number of the candidate who is meant."""
MENDABLE: Final = frozenset({"invalid-input", "candidate-unknown"})
"""Refusals after which the same form is shown once more, with what was typed."""

ID: Final = re.compile(r"[0-9A-Za-z-]{1,36}")
ReviewId = Annotated[str, Path(pattern=f"^{ID.pattern}$")]
Narrow = Annotated[str, Query(max_length=36, pattern=r"^[0-9A-Za-z-]*$")]


def review_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/reviews` and what is below it. No address holds more than an identifier."""
    router = APIRouter(prefix="/reviews", include_in_schema=False)
    _lists(router, pages, sessions)
    _single(router, pages, sessions)
    return router


def _lists(router: APIRouter, pages: Pages, sessions: Sessions) -> None:

    @router.get("")
    async def listed(
        request: Request,
        person: Person,
        batch_id: Narrow = "",
        state: Narrow = "waiting",
        after: Narrow = "",
        cursor: Cursor = "",
    ) -> HTMLResponse:
        calls = sessions.as_person(person)
        found = await calls.get(REVIEWS, batch_id=batch_id, state=state, cursor=cursor, limit=str(SHOWN))
        return pages.show(
            request,
            "reviews.html",
            mine=await _mine(calls) if pages.may(person, "matcher.review.take") else [],
            batches={one["id"]: one for one in await calls.items("/matcher/v1/batches")},
            found=found,
            chosen={"batch_id": batch_id, "state": state},
            after=after,
            at_once=TAKEN_AT_ONCE,
        )

    @router.get("/agreement")
    async def agreement(request: Request, person: Person) -> HTMLResponse:
        figures = await sessions.as_person(person).get(f"{REVIEWS}/agreement")
        return pages.show(request, "agreement.html", figures=figures)

    @router.post("/take")
    async def take_next(request: Request, person: Person, form: Form) -> Response:
        wanted = {"batch_id": form.get("batch_id", ""), "limit": form.get("limit", TAKEN_AT_ONCE)}
        taken = await sessions.as_person(person).post(f"{REVIEWS}/assignments", wanted, once=form.get("once", ""))
        return _to(request, f"/{taken['items'][0]['id']}" if taken["items"] else "?after=nothing")

    @router.post("/withdrawals")
    async def withdraw(request: Request, person: Person, form: Form) -> Response:
        review_id = form.get("review_id", "")
        if not ID.fullmatch(review_id):
            raise Refusal("bad-request")
        path = f"{REVIEWS}/{review_id}/assignment/withdrawal"
        await sessions.as_person(person).post(path, once=form.get("once", ""))
        return _to(request, "?after=back")


def _single(router: APIRouter, pages: Pages, sessions: Sessions) -> None:
    @router.get("/{review_id}")
    async def one(request: Request, person: Person, review_id: ReviewId, after: Narrow = "") -> HTMLResponse:
        try:
            return await _shown(pages, request, sessions.as_person(person), review_id, after=after)
        except ServiceRefused as refused:
            if refused.code != "review-not-yours":
                raise
            return pages.problem(request, refused.status, refused.problem, take=review_id)

    @router.post("/{review_id}/take")
    async def take(request: Request, person: Person, review_id: ReviewId, form: Form) -> Response:
        await sessions.as_person(person).post(f"{REVIEWS}/{review_id}/assignment", once=form.get("once", ""))
        return _to(request, f"/{review_id}")

    @router.post("/{review_id}/give-back")
    async def give_back(request: Request, person: Person, review_id: ReviewId) -> Response:
        calls = sessions.as_person(person)
        await calls.delete(f"{REVIEWS}/{review_id}/assignment")
        return await _next(request, calls, "back")

    @router.post("/{review_id}/decision")
    async def decide(request: Request, person: Person, review_id: ReviewId, form: Form) -> Response:
        return await _decide(pages, request, sessions.as_person(person), review_id, form)


async def _decide(pages: Pages, request: Request, calls: AsPerson, review_id: str, form: dict[str, str]) -> Response:
    verdict, reason = form.get("verdict", ""), form.get("reason", "").replace("\r\n", "\n").strip()
    typed = {"verdict": verdict, "reason": reason}
    if verdict not in VERDICTS or not reason:
        incomplete = pages.own_problem("form-incomplete")
        return await _shown(pages, request, calls, review_id, problem=incomplete, typed=typed)
    same = verdict != DIFFERENT
    body = {"same_person": same, "reason": reason, "candidate": int(verdict) if same else None}
    try:
        done = await calls.post(f"{REVIEWS}/{review_id}/decision", body, once=form.get("once", ""))
    except ServiceRefused as refused:
        if refused.code not in MENDABLE:
            raise
        return await _shown(pages, request, calls, review_id, problem=refused.problem, typed=typed)
    return await _next(request, calls, done["state"])


async def _shown(
    pages: Pages, request: Request, calls: AsPerson, review_id: str, *, after: str = "", **more: Any
) -> HTMLResponse:
    """The page of one review; `more`: what was typed, and the problem with it."""
    review = await calls.get(f"{REVIEWS}/{review_id}", purpose=PURPOSE, case=review_id)
    batch = await calls.get(f"/matcher/v1/batches/{review['batch_id']}")
    mine = await _mine(calls)
    shown = {"problem": None, "typed": {"verdict": "", "reason": ""}} | more
    return pages.show(
        request,
        "review.html",
        status=422 if shown["problem"] else 200,
        review=review,
        kind=batch["kind"],
        rows=rows_of(review),
        steps=steps_of(review),
        left=len(mine),
        following=next((one["id"] for one in mine if one["id"] > review_id), None),
        after=after,
        **shown,
    )


async def _mine(calls: AsPerson) -> list[Any]:
    """The reviews that wait for the person's own verdict, oldest first."""
    return await calls.items(REVIEWS, **MINE)


async def _next(request: Request, calls: AsPerson, after: str) -> Response:
    """On to the next review of one's own, or to the list where there is none; `after` says what was just done."""
    mine = await _mine(calls)
    return _to(request, f"/{mine[0]['id']}?after={after}" if mine else f"?after={after}")


def _to(request: Request, where: str) -> Response:
    return RedirectResponse(f"/reviews{where}", 303, headers=page_headers(request))
