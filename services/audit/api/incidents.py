"""/audit/v1/incidents: opened, assessed, led through their states, reported."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.audit.api.calls import run_once
from services.audit.api.inputs import Before, Reason, Since, TheParts, Word
from services.audit.domain.incidents.duties import Assessment
from services.audit.storage.incidents import incidents as stored
from services.audit.usecases.incidents import work_on_incident as entries
from services.audit.usecases.incidents.draft_report import draft_report
from services.audit.usecases.incidents.measure_radius import measure_radius, radius_shown
from services.audit.usecases.incidents.open_incident import Concern, open_by_hand
from services.audit.usecases.incidents.show_incident import line_shown, pressing_shown, whole_shown
from services.audit.usecases.show import instant
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page
from shared.http.paging import decode

router: Final = APIRouter(prefix="/audit/v1", tags=["incidents"])
OnceOnly = Annotated[Once, Depends(once)]
Viewer = Annotated[Caller, allow("audit.incident.view")]
Worker = Annotated[Caller, allow("audit.incident.work")]
Id = Annotated[str, Path(pattern=r"^[0-9a-fA-F-]{36}$", description="UUID")]
Code = Annotated[str, Path(pattern=r"^[a-z_-]{1,30}$")]
ObjectType = Literal["disc", "reply", "request", "batch", "plan", "account", "key", "time_span"]
ObjectId = Annotated[str, Field(max_length=120, pattern=r"^[A-Za-z0-9._:/@-]*$")]
State = Literal[
    "triaged",
    "contained",
    "reported",
    "people_informed",
    "causes_found",
    "prevention_decided",
    "published",
    "closed",
]


class Opening(BaseModel):
    """A new incident; `from` and `to` for a span of time. Clocks start at `learned_at`, when the association knew."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    object_type: ObjectType
    object_id: ObjectId = ""
    since: AwareDatetime | None = Field(default=None, alias="from")
    until: AwareDatetime | None = Field(default=None, alias="to")
    learned_at: AwareDatetime | None = None
    reason: Reason = Field(max_length=1000)


class Step(BaseModel):
    """The next state and why."""

    model_config = ConfigDict(extra="forbid")

    state: State
    reason: Reason = Field(max_length=1000)


class Assessing(BaseModel):
    """What is known now; `people` null while nobody can say."""

    model_config = ConfigDict(extra="forbid")

    people: int | None = Field(default=None, ge=0, lt=2**31)
    my_numbers: bool
    encrypted: Literal["strong", "none", "unknown"]
    happened: Literal["leak", "loss", "damage", "misuse", "provision", "nothing"]
    flags: frozenset[Literal["wrongful_purpose", "open_to_many", "special_care", "property_damage"]] = frozenset()
    reason: Reason = Field(max_length=1000)


class Text(BaseModel):
    """A new text of an item; `after` is the version that the writer saw, 0 for none. No personal data."""

    model_config = ConfigDict(extra="forbid")

    text: Reason = Field(max_length=4000)
    after: int = Field(ge=0, lt=2**31)


class Done(BaseModel):
    """A duty was done; `reference` is the recipient's number for it."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime | None = None
    reference: str = Field(default="", max_length=200)


@router.post("/incidents", status_code=201)
async def open_incident(
    body: Opening, parts: TheParts, caller: Annotated[Caller, allow("audit.incident.open")], once_only: OnceOnly
) -> dict[str, Any]:
    """Anybody on duty may say that something happened."""
    concern = Concern(body.object_type, body.object_id, body.since, body.until)
    return await run_once(
        parts,
        caller,
        "audit.incident.open",
        body.object_id,
        once_only,
        lambda work: open_by_hand(work, caller, concern, learned_at=body.learned_at, reason=body.reason),
    )


@router.get("/incidents")
async def list_incidents(
    parts: TheParts,
    caller: Viewer,
    state: Literal["", "open", "pressing", "detected", State] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Incidents in the order in which they were opened, each with the duty that presses most.

    `pressing`: those with a clock that warns or has run out, and those that nobody has assessed, all on one page.
    """
    await parts.db.write(lambda work: work.record(caller.access("audit.incident.list", "incident", state or "all")))
    if state == "pressing":
        now = parts.clock.now()
        pressing = await parts.db.read(lambda session: pressing_shown(session, now))
        return {"items": pressing, "next_cursor": None}
    after, now = decode(cursor), parts.clock.now()
    wanted = "" if state == "open" else state
    found = await parts.db.read(
        lambda session: [
            line_shown(session, one, now)
            for one in stored.incidents_after(
                session, state=wanted, open_only=state == "open", after=after, limit=limit + 1
            )
        ]
    )
    return page(found, limit=limit, position=lambda item: item["id"])


@router.get("/incidents/{incident_id}")
async def show_incident(incident_id: Id, parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """One incident with its steps, what is known, its duties and clocks, the nine items and the freezes."""
    now = parts.clock.now()
    shown = await parts.db.read(lambda session: whole_shown(session, stored.incident_of(session, incident_id), now))
    await _viewed(parts, caller, incident_id)
    return shown


@router.post("/incidents/{incident_id}/steps")
async def step(incident_id: Id, body: Step, parts: TheParts, caller: Worker, once_only: OnceOnly) -> dict[str, Any]:
    """The next state. Refused while a duty that stands before it is open or an item is missing."""
    return await run_once(
        parts,
        caller,
        "audit.incident.step",
        incident_id,
        once_only,
        lambda work: entries.take_step(work, caller, incident_id, body.state, body.reason),
    )


@router.post("/incidents/{incident_id}/assessments")
async def assess(
    incident_id: Id, body: Assessing, parts: TheParts, caller: Worker, once_only: OnceOnly
) -> dict[str, Any]:
    """What is known now; older versions stay."""
    found = Assessment(body.people, body.my_numbers, body.encrypted, body.happened, frozenset(body.flags))
    return await run_once(
        parts,
        caller,
        "audit.incident.assess",
        incident_id,
        once_only,
        lambda work: entries.assess(work, caller, incident_id, found, body.reason),
    )


@router.post("/incidents/{incident_id}/items/{item}")
async def write_item(
    incident_id: Id, item: Code, body: Text, parts: TheParts, caller: Worker, once_only: OnceOnly
) -> dict[str, Any]:
    """A new version of one of the nine items."""
    return await run_once(
        parts,
        caller,
        "audit.incident.write",
        incident_id,
        once_only,
        lambda work: entries.write_item(work, caller, incident_id, item, body.text, body.after),
    )


@router.get("/incidents/{incident_id}/items/{item}")
async def versions(incident_id: Id, item: Code, parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """All versions of an item, oldest first."""
    rows = await parts.db.read(lambda session: stored.versions_of(session, incident_id, item))
    await _viewed(parts, caller, incident_id)
    shown = [{"version": row.version, "text": row.text, "at": instant(row.at), "by": row.by} for row in rows]
    return {"items": shown, "next_cursor": None}


@router.post("/incidents/{incident_id}/duties/{duty}")
async def do_duty(
    incident_id: Id, duty: Code, body: Done, parts: TheParts, caller: Worker, once_only: OnceOnly
) -> dict[str, Any]:
    """Somebody was told."""
    return await run_once(
        parts,
        caller,
        "audit.incident.duty",
        incident_id,
        once_only,
        lambda work: entries.do_duty(work, caller, incident_id, duty, body.at, body.reference),
    )


@router.get("/incidents/{incident_id}/drafts/{duty}")
async def draft(incident_id: Id, duty: Code, parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """The report of a duty as it could go out now."""
    now = parts.clock.now()
    shown = await parts.db.read(
        lambda session: draft_report(session, stored.incident_of(session, incident_id), duty, now)
    )
    access = caller.access("audit.incident.draft", "incident", incident_id, case=incident_id, reason=duty)
    await parts.db.write(lambda work: work.record(access))
    return shown


@router.get("/incidents/{incident_id}/radius")
async def radius_of_incident(
    incident_id: Id, parts: TheParts, caller: Annotated[Caller, allow("audit.radius.view")]
) -> dict[str, Any]:
    """Who is affected by the incident, as the log has it now."""
    incident = await parts.db.read(lambda session: stored.incident_of(session, incident_id))
    found = await parts.db.read(
        lambda session: measure_radius(
            session, incident.object_type, incident.object_id, incident.since, incident.until
        )
    )
    access = caller.access("audit.radius.view", incident.object_type, incident.object_id, case=incident_id)
    await parts.db.write(lambda work: work.record(access))
    return radius_shown(found, incident.learned_at, parts.clock.now())


@router.get("/radius")
async def radius(
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.radius.view")],
    object_type: ObjectType,
    object_id: Word = "",
    since: Since = None,
    before: Before = None,
) -> dict[str, Any]:
    """Who would be affected if this were lost, and what would be owed."""
    found = await parts.db.read(lambda session: measure_radius(session, object_type, object_id, since, before))
    access = caller.access("audit.radius.view", object_type, object_id, case=caller.case)
    await parts.db.write(lambda work: work.record(access))
    now = parts.clock.now()
    return radius_shown(found, now, now)


async def _viewed(parts: TheParts, caller: Caller, incident_id: str) -> None:
    access = caller.access("audit.incident.view", "incident", incident_id, case=incident_id)
    await parts.db.write(lambda work: work.record(access))
