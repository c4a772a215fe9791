"""Decision tables: read row by row, rehearsed on a past batch, switched on by two people."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.console.api.gate import Form, Person
from services.console.api.inputs import Cursor
from services.console.api.pages import Pages, page_headers
from services.console.calls import AsPerson
from services.console.sessions import Sessions
from shared.refusals import Refusal

RULES: Final = "/matcher/v1/rules"
REHEARSALS: Final = "/matcher/v1/rehearsals"
APPROVALS: Final = "/authority/v1/approvals"
ACT: Final = "rules.activate"
OPEN_APPROVALS: Final = ("pending", "approved")
SHOWN: Final = 100

Version = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Id = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,36}$")]


def rule_routes(pages: Pages, sessions: Sessions) -> APIRouter:
    """`/rules`, one version, one rehearsal."""
    router = APIRouter(prefix="/rules", include_in_schema=False)
    _reading(router, pages, sessions)
    _acting(router, sessions)
    return router


def _reading(router: APIRouter, pages: Pages, sessions: Sessions) -> None:
    @router.get("")
    async def listed(request: Request, person: Person) -> HTMLResponse:
        return pages.show(request, "rules.html", tables=await sessions.as_person(person).items(RULES))

    @router.get("/rehearsals/{rehearsal_id}")
    async def rehearsal(request: Request, person: Person, rehearsal_id: Id, cursor: Cursor = "") -> HTMLResponse:
        calls = sessions.as_person(person)
        found = await calls.get(f"{REHEARSALS}/{rehearsal_id}")
        changes = await calls.get(f"{REHEARSALS}/{rehearsal_id}/changes", cursor=cursor, limit=str(SHOWN))
        return pages.show(request, "rehearsal.html", rehearsal=found, changes=changes)

    @router.get("/{version}")
    async def one(request: Request, person: Person, version: Version) -> HTMLResponse:
        calls = sessions.as_person(person)
        table = await calls.get(f"{RULES}/{version}")
        proposed = table["state"] != "built_in"
        return pages.show(
            request,
            "rule_table.html",
            table=table,
            rehearsals=await calls.items(f"{RULES}/{version}/rehearsals") if proposed else [],
            batches=[one for one in await calls.items("/matcher/v1/batches") if one["kind"] == "provisional"],
            approvals=await _approvals(calls, version) if pages.may(person, ACT) else [],
        )


def _acting(router: APIRouter, sessions: Sessions) -> None:
    @router.post("/{version}/rehearsals")
    async def rehearse(request: Request, person: Person, version: Version, form: Form) -> Response:
        on = {"batch_id": form.get("batch_id", "")}
        calls = sessions.as_person(person)
        asked = await calls.post(f"{RULES}/{version}/rehearsals", on, once=form.get("once", ""))
        return _to(request, f"rehearsals/{asked['id']}")

    @router.post("/{version}/approvals")
    async def ask(request: Request, person: Person, version: Version, form: Form) -> Response:
        asked = {"action": ACT, "object": version, "reason": _given(form, "reason")}
        await sessions.as_person(person).post(APPROVALS, asked, once=form.get("once", ""))
        return _to(request, version)

    @router.post("/{version}/approvals/{approval_id}/decision")
    async def decide(request: Request, person: Person, version: Version, approval_id: Id, form: Form) -> Response:
        decision = {"approve": _given(form, "approve") == "yes", "reason": form.get("reason", "").strip()}
        await sessions.as_person(person).post(f"{APPROVALS}/{approval_id}/decision", decision)
        return _to(request, version)

    @router.post("/{version}/activation")
    async def activate(request: Request, person: Person, version: Version, form: Form) -> Response:
        wanted = {"in_force_from": _given(form, "in_force_from")}
        stated = {"once": form.get("once", ""), "approval": _given(form, "approval")}
        await sessions.as_person(person).post(f"{RULES}/{version}/activation", wanted, **stated)
        return _to(request, version)


async def _approvals(calls: AsPerson, version: str) -> list[dict[str, Any]]:
    """Approvals to activate that version which somebody asked for and nobody has used, refused or let expire."""
    found = [one for state in OPEN_APPROVALS for one in await calls.items(APPROVALS, state=state)]
    return [one for one in found if (one["action"], one["object"]) == (ACT, version)]


def _given(form: dict[str, str], name: str) -> str:
    text = form.get(name, "").strip()
    if not text:
        raise Refusal("form-incomplete")
    return text


def _to(request: Request, where: str) -> Response:
    return RedirectResponse(f"/rules/{where}", 303, headers=page_headers(request))
