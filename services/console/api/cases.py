"""Cases of odd accesses: what happened, in sentences and as a picture; who decides what it was; exceptions and ties."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console.api.gate import Form, Person
from services.console.api.inputs import Cursor
from services.console.api.pages import Pages, page_headers
from services.console.domain.case_picture import picture_of
from services.console.sessions import Sessions
from shared.calendar.clock import day_begins
from shared.refusals import Refusal

CASES: Final = "/audit/v1/cases"
DETECTIONS: Final = "/audit/v1/detections"
EXCEPTIONS: Final = "/audit/v1/exceptions"
TIES: Final = "/audit/v1/ties"
SUBJECTS: Final = "/matcher/v1/subjects"
PURPOSE: Final = "audit"
SHOWN: Final = 100
STATES: Final = ("waiting", "decided")
DECISIONS: Final = ("misuse", "explained", "false_alarm")

Id = Annotated[str, Path(pattern=r"^[0-9a-f-]{1,36}$")]


def case_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/cases` and what is below it."""
    router = APIRouter(prefix="/cases", include_in_schema=False)
    _detections(router, pages, sessions)
    _exceptions(router, pages, sessions)
    _ties(router, pages, sessions)
    _cases(router, pages, sessions)
    return router


def _cases(router: APIRouter, pages: Pages, sessions: Sessions) -> None:
    @router.get("")
    async def cases(request: Request, person: Person, state: str = "waiting", cursor: Cursor = "") -> HTMLResponse:
        chosen = state if state in STATES else "waiting"
        listed = await sessions.as_person(person).get(CASES, state=chosen, cursor=cursor, limit=str(SHOWN))
        return pages.show(request, "cases.html", listed=listed, state=chosen)

    @router.get("/{case_id}")
    async def case(request: Request, person: Person, case_id: Id) -> HTMLResponse:
        shown: dict[str, Any] = await sessions.as_person(person).get(f"{CASES}/{case_id}")
        picture = picture_of(shown["findings"], shown["accesses"])
        return pages.show(request, "case.html", case=shown, picture=picture, decisions=DECISIONS)

    @router.post("/{case_id}/assignment")
    async def take(request: Request, person: Person, case_id: Id, form: Form) -> Response:
        await sessions.as_person(person).post(f"{CASES}/{case_id}/assignment", once=form.get("once", ""))
        return _to(request, f"/{case_id}")

    @router.post("/{case_id}/return")
    async def give_back(request: Request, person: Person, case_id: Id, form: Form) -> Response:
        await sessions.as_person(person).post(f"{CASES}/{case_id}/return", once=form.get("once", ""))
        return _to(request, f"/{case_id}")

    @router.post("/{case_id}/decision")
    async def decide(request: Request, person: Person, case_id: Id, form: Form) -> Response:
        body = _said(form, "decision", "reason")
        await sessions.as_person(person).post(f"{CASES}/{case_id}/decision", body, once=form.get("once", ""))
        return _to(request, f"/{case_id}")


def _detections(router: APIRouter, pages: Pages, sessions: Sessions) -> None:
    @router.get("/detections")
    async def detections(request: Request, person: Person) -> HTMLResponse:
        listed = await sessions.as_person(person).get(DETECTIONS)
        return pages.show(request, "detections.html", rules=listed["items"])


def _exceptions(router: APIRouter, pages: Pages, sessions: Sessions) -> None:
    @router.get("/exceptions")
    async def exceptions(request: Request, person: Person, cursor: Cursor = "") -> HTMLResponse:
        calls = sessions.as_person(person)
        listed = await calls.get(EXCEPTIONS, cursor=cursor, limit=str(SHOWN))
        rules = (await calls.get(DETECTIONS))["items"]
        titles = {rule["code"]: rule["title"] for rule in rules}
        return pages.show(request, "exceptions.html", listed=listed, titles=titles)

    @router.post("/exceptions")
    async def propose(request: Request, person: Person, form: Form) -> Response:
        await sessions.as_person(person).post(EXCEPTIONS, _scope(form), once=form.get("once", ""))
        return _to(request, "/exceptions")

    @router.post("/exceptions/{exception_id}/confirmation")
    async def confirm(request: Request, person: Person, exception_id: Id, form: Form) -> Response:
        path = f"{EXCEPTIONS}/{exception_id}/confirmation"
        await sessions.as_person(person).post(path, once=form.get("once", ""))
        return _to(request, "/exceptions")

    @router.post("/exceptions/{exception_id}/end")
    async def end(request: Request, person: Person, exception_id: Id, form: Form) -> Response:
        await sessions.as_person(person).post(f"{EXCEPTIONS}/{exception_id}/end", once=form.get("once", ""))
        return _to(request, "/exceptions")


def _ties(router: APIRouter, pages: Pages, sessions: Sessions) -> None:
    @router.get("/ties")
    async def ties(request: Request, person: Person, cursor: Cursor = "") -> HTMLResponse:
        listed = await sessions.as_person(person).get(TIES, cursor=cursor, limit=str(SHOWN))
        return pages.show(request, "ties.html", listed=listed)

    @router.post("/ties")
    async def declare(request: Request, person: Person, form: Form) -> Response:
        said = _said(form, "staff", "case", "plan_number", "inquiry_number")
        calls, whom = sessions.as_person(person), {name: said[name] for name in ("plan_number", "inquiry_number")}
        found = await calls.post(SUBJECTS, whom, purpose=PURPOSE, case=said["case"])
        for number, token in enumerate(found["tokens"]):
            await calls.post(TIES, {"staff_id": said["staff"], "token": token}, once=f"{form.get('once', '')}{number}")
        return _to(request, "/ties")

    @router.post("/ties/removal")
    async def take_back(request: Request, person: Person, form: Form) -> Response:
        said = _said(form, "staff", "token")
        body = {"staff_id": said["staff"], "token": said["token"]}
        await sessions.as_person(person).post(f"{TIES}/removal", body, once=form.get("once", ""))
        return _to(request, "/ties")


def _scope(form: Mapping[str, str]) -> dict[str, str]:
    """What was filled in: whole days in Japan, the last one included."""
    said = _said(form, "first", "last", "reason")
    staff, equipment = form.get("staff", "").strip(), form.get("equipment", "").strip()
    return {
        "rule": form.get("rule", ""),
        "about": f"staff:{staff}" if staff else "",
        "equipment": equipment,
        "from": _begin(said["first"]).isoformat(),
        "until": (_begin(said["last"]) + timedelta(days=1)).isoformat(),
        "reason": said["reason"],
    }


def _begin(day: str) -> datetime:
    try:
        return day_begins(date.fromisoformat(day))
    except ValueError:
        raise Refusal("form-incomplete") from None


def _said(form: Mapping[str, str], *fields: str) -> dict[str, str]:
    said = {name: form.get(name, "").strip() for name in fields}
    if not all(said.values()):
        raise Refusal("form-incomplete")
    return said


def _to(request: Request, below: str) -> Response:
    return RedirectResponse(f"/cases{below}", 303, headers=page_headers(request))
