"""Incidents: what happened, who is affected, what is owed by when, and the drafts; freezes, set and lifted."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console.api.gate import Form, Person
from services.console.api.pages import Pages, page_headers
from services.console.calls import AsPerson, ServiceRefused
from services.console.sessions import Session, Sessions
from shared.refusals import Refusal
from shared.trail import actions

INCIDENTS: Final = "/audit/v1/incidents"
FREEZES: Final = "/audit/v1/freezes"
DRILLS: Final = "/audit/v1/drills"
RADIUS: Final = "/audit/v1/radius"
APPROVALS: Final = "/authority/v1/approvals"
LIFT: Final = "audit.freeze.lift"
WITHOUT_RADIUS: Final = frozenset({"span-required", "key-without-people"})

Id = Annotated[str, Path(pattern=r"^[0-9a-fA-F-]{36}$")]
Code = Annotated[str, Path(pattern=r"^[a-z_-]{1,30}$")]
Word = Annotated[str, Query(max_length=120, pattern=r"^[A-Za-z0-9._:/@-]*$")]
Local = Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2})?$")]


def incident_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/incidents`, the radius of a loss, one incident, one draft, and what is done about freezes."""
    router = APIRouter(prefix="/incidents", include_in_schema=False)
    _lists(router, pages, sessions)
    _freezing(router, sessions)
    _single(router, pages, sessions)
    _working(router, sessions)
    return router


def _lists(router: APIRouter, pages: Pages, sessions: Sessions) -> None:
    @router.get("")
    async def listed(request: Request, person: Person, after: Word = "") -> HTMLResponse:
        calls = sessions.as_person(person)
        incidents = await calls.items(INCIDENTS) if pages.may(person, "audit.incident.view") else None
        return pages.show(
            request,
            "incidents.html",
            incidents=None if incidents is None else incidents[::-1],
            freezes=await calls.items(FREEZES, state="set"),
            drills=(await calls.get(DRILLS, limit="10"))["items"] if incidents is not None else [],
            approvals=await _approvals(calls) if pages.may(person, LIFT) else {},
            after=after,
        )

    @router.post("")
    async def opened(request: Request, person: Person, form: Form) -> Response:
        body = {
            "object_type": _given(form, "object_type"),
            "object_id": form.get("object_id", "").strip(),
            "from": _instant(form.get("from", "")),
            "to": _instant(form.get("to", "")),
            "learned_at": _instant(form.get("learned_at", "")),
            "reason": _given(form, "reason"),
        }
        made = await sessions.as_person(person).post(INCIDENTS, body, once=form.get("once", ""))
        return _to(request, f"/{made['id']}" if pages.may(person, "audit.incident.view") else "?after=opened")

    @router.post("/drills")
    async def drill(request: Request, person: Person, form: Form) -> Response:
        body = {"scenario": _given(form, "scenario")}
        await sessions.as_person(person).post(DRILLS, body, once=form.get("once", ""))
        return _to(request, "#drills")

    @router.get("/radius")
    async def radius(
        request: Request,
        person: Person,
        object_type: Word = "disc",
        object_id: Word = "",
        first: Local = "",
        last: Local = "",
    ) -> HTMLResponse:
        span = {"from": _instant(first) or "", "to": _instant(last) or ""}
        asked = {"object_type": object_type, "object_id": object_id}
        found, problem = await _radius(sessions, person, RADIUS, **asked, **span)
        chosen = {**asked, "first": first, "last": last}
        return pages.show(request, "radius.html", radius=found, problem=problem, chosen=chosen, actions=actions())


def _freezing(router: APIRouter, sessions: Sessions) -> None:
    @router.post("/freezes")
    async def freeze(request: Request, person: Person, form: Form) -> Response:
        body = {name: _given(form, name) for name in ("object_type", "object_id", "reason")}
        body["incident_id"] = form.get("incident_id", "")
        await sessions.as_person(person).post(FREEZES, body, once=form.get("once", ""))
        return _to(request, f"/{body['incident_id']}" if body["incident_id"] else "")

    @router.post("/freezes/{freeze_id}/approvals")
    async def ask(request: Request, person: Person, freeze_id: Id, form: Form) -> Response:
        asked = {"action": LIFT, "object": freeze_id, "reason": _given(form, "reason")}
        await sessions.as_person(person).post(APPROVALS, asked, once=form.get("once", ""))
        return _to(request, "")

    @router.post("/freezes/{freeze_id}/approvals/{approval_id}/decision")
    async def decide(request: Request, person: Person, freeze_id: Id, approval_id: Id, form: Form) -> Response:
        decision = {"approve": _given(form, "approve") == "yes", "reason": form.get("reason", "").strip()}
        await sessions.as_person(person).post(f"{APPROVALS}/{approval_id}/decision", decision)
        return _to(request, "")

    @router.post("/freezes/{freeze_id}/lift")
    async def lift(request: Request, person: Person, freeze_id: Id, form: Form) -> Response:
        stated = {"once": form.get("once", ""), "approval": _given(form, "approval")}
        body = {"reason": _given(form, "reason")}
        await sessions.as_person(person).post(f"{FREEZES}/{freeze_id}/lift", body, **stated)
        return _to(request, "")


def _single(router: APIRouter, pages: Pages, sessions: Sessions) -> None:
    @router.get("/{incident_id}")
    async def one(request: Request, person: Person, incident_id: Id) -> HTMLResponse:
        incident = await sessions.as_person(person).get(f"{INCIDENTS}/{incident_id}")
        radius, _ = await _radius(sessions, person, f"{INCIDENTS}/{incident_id}/radius")
        return pages.show(request, "incident.html", incident=incident, radius=radius, actions=actions())

    @router.get("/{incident_id}/drafts/{duty}")
    async def draft(request: Request, person: Person, incident_id: Id, duty: Code) -> HTMLResponse:
        found = await sessions.as_person(person).get(f"{INCIDENTS}/{incident_id}/drafts/{duty}")
        return pages.show(request, "incident_draft.html", draft=found)

    @router.get("/{incident_id}/items/{item}")
    async def versions(request: Request, person: Person, incident_id: Id, item: Code) -> HTMLResponse:
        calls = sessions.as_person(person)
        incident = await calls.get(f"{INCIDENTS}/{incident_id}")
        found = await calls.get(f"{INCIDENTS}/{incident_id}/items/{item}")
        named = next((one for one in incident["items"] if one["item"] == item), None)
        if named is None:
            raise Refusal("no-such-path")
        return pages.show(request, "incident_item.html", incident=incident, item=named, versions=found["items"][::-1])


def _working(router: APIRouter, sessions: Sessions) -> None:
    async def send(request: Request, person: Session, incident_id: str, path: str, form: Form, **body: Any) -> Response:
        url = f"{INCIDENTS}/{incident_id}/{path}"
        await sessions.as_person(person).post(url, body, once=form.get("once", ""))
        return _to(request, f"/{incident_id}")

    @router.post("/{incident_id}/steps")
    async def step(request: Request, person: Person, incident_id: Id, form: Form) -> Response:
        body = {"state": _given(form, "state"), "reason": _given(form, "reason")}
        return await send(request, person, incident_id, "steps", form, **body)

    @router.post("/{incident_id}/assessments")
    async def assess(request: Request, person: Person, incident_id: Id, form: Form) -> Response:
        people = form.get("people", "").strip()
        flags = ("wrongful_purpose", "open_to_many", "special_care", "property_damage")
        body = {
            "people": int(people) if people.isascii() and people.isdecimal() else None,
            "my_numbers": _given(form, "my_numbers") == "yes",
            "encrypted": _given(form, "encrypted"),
            "happened": _given(form, "happened"),
            "flags": [flag for flag in flags if form.get(flag)],
            "reason": _given(form, "reason"),
        }
        return await send(request, person, incident_id, "assessments", form, **body)

    @router.post("/{incident_id}/items/{item}")
    async def write(request: Request, person: Person, incident_id: Id, item: Code, form: Form) -> Response:
        after = _given(form, "after")
        body = {"text": _given(form, "text").replace("\r\n", "\n"), "after": int(after) if after.isdecimal() else -1}
        return await send(request, person, incident_id, f"items/{item}", form, **body)

    @router.post("/{incident_id}/duties/{duty}")
    async def done(request: Request, person: Person, incident_id: Id, duty: Code, form: Form) -> Response:
        body = {"at": _instant(form.get("at", "")), "reference": form.get("reference", "").strip()}
        return await send(request, person, incident_id, f"duties/{duty}", form, **body)


async def _radius(sessions: Sessions, person: Session, path: str, **asked: str) -> tuple[Any, Any]:
    """The radius, or the problem that says why there is none."""
    try:
        return await sessions.as_person(person).get(path, **asked), None
    except ServiceRefused as refused:
        if refused.code not in WITHOUT_RADIUS:
            raise
        return None, refused.problem


async def _approvals(calls: AsPerson) -> dict[str, Any]:
    """For each freeze the approval to lift it that somebody asked for and nobody has used, refused or let expire."""
    found = [one for state in ("pending", "approved") for one in await calls.items(APPROVALS, state=state)]
    return {one["object"]: one for one in found if one["action"] == LIFT}


def _given(form: dict[str, str], name: str) -> str:
    text = form.get(name, "").strip()
    if not text:
        raise Refusal("form-incomplete")
    return text


def _instant(local: str) -> str | None:
    """What a person typed as Japan's time, as the services take it."""
    return f"{local}:00+09:00" if local else None


def _to(request: Request, where: str) -> Response:
    return RedirectResponse(f"/incidents{where}", 303, headers=page_headers(request))
