"""The detections as declared, what they found, what every access scores; exceptions and declared ties."""

from datetime import timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from services.audit.api.inputs import Before, Reason, Since, TheParts, Word, asked
from services.audit.storage.detections import cases as stored
from services.audit.storage.detections import hits as found_hits
from services.audit.storage.detections.hits import WantedScores
from services.audit.usecases.detections.agree_exception import confirm_exception, end_exception, propose_exception
from services.audit.usecases.detections.declare_tie import declare_tie, take_back_tie
from services.audit.usecases.detections.list_detections import list_detections
from services.audit.usecases.detections.show import exception_shown, hit_shown, score_shown, tie_shown
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page
from shared.http.paging import decode
from shared.refusals import Refusal

router: Final = APIRouter(prefix="/audit/v1", tags=["detections"])
Viewer = Annotated[Caller, allow("audit.detection.view")]
Excepting = Annotated[Caller, allow("audit.exception.agree")]
Tying = Annotated[Caller, allow("audit.tie.declare")]
OneOf = Annotated[Once, Depends(once)]
ID: Final = r"^[A-Za-z0-9._:/@#-]*$"
SPAN: Final = timedelta(days=90)


class Scope(BaseModel):
    """What is not odd: a detection (empty: all), about somebody, an object or equipment; until when, and why."""

    rule: str = Field(default="", max_length=40, pattern=ID)
    about: str = Field(default="", max_length=220, pattern=ID)
    object_id: str = Field(default="", max_length=200, pattern=ID)
    equipment: str = Field(default="", max_length=120, pattern=ID)
    since: AwareDatetime = Field(alias="from")
    until: AwareDatetime
    reason: Reason = Field(max_length=1000)


class Tie(BaseModel):
    """A member of staff and the pseudonym of somebody who is themselves or close to them."""

    staff_id: str = Field(min_length=1, max_length=80, pattern=ID)
    token: str = Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._:/@+=-]+$")


@router.get("/detections")
async def detections(parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """The detections in force, and what people made of what each found in the last 90 days."""
    shown = await parts.db.read(lambda session: list_detections(session, parts.clock.now(), SPAN))
    await parts.db.write(lambda work: work.record(caller.access("audit.detection.list", "detection", "all")))
    return {"items": shown, "next_cursor": None}


@router.get("/hits")
async def hits(
    parts: TheParts,
    caller: Viewer,
    rule: Word = "",
    about: Word = "",
    excepted: bool = False,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """What was odd, also where it is too little for a case or lies in an excepted scope."""
    after = decode(cursor)
    found = await parts.db.read(
        lambda session: found_hits.hits(
            session, rule=rule, about=about, excepted=excepted, after=after, limit=limit + 1
        )
    )
    told = asked({"rule": rule, "about": about})
    await parts.db.write(lambda work: work.record(caller.access("audit.hit.list", "hit", told)))
    return page([hit_shown(hit) for hit in found], limit=limit, position=lambda item: item["id"])


@router.get("/scores")
async def scores(
    parts: TheParts,
    caller: Viewer,
    actor: Word = "",
    at_least: Annotated[int, Query(ge=1, le=100)] = 1,
    since: Since = None,
    before: Before = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Accesses with their scores, newest first; an access that was judged and is not here scores 0."""
    after, wanted = decode(cursor), WantedScores(actor, at_least, since, before)
    if not ((after.isdecimal() and len(after) < 20) or not after):
        raise Refusal("bad-request")
    found = await parts.db.read(lambda session: found_hits.scores(session, wanted, after=after, limit=limit + 1))
    told = asked({"actor": actor, "at_least": str(at_least), "from": since, "to": before})[:200]
    await parts.db.write(lambda work: work.record(caller.access("audit.score.list", "log", told)))
    return page([score_shown(one) for one in found], limit=limit, position=lambda item: str(item["index"]))


@router.get("/exceptions")
async def exceptions(parts: TheParts, caller: Viewer, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Exceptions, newest first: proposed, in force, ended; those past their end stay."""
    after = decode(cursor)
    found = await parts.db.read(lambda session: stored.exceptions(session, after=after, limit=limit + 1))
    await parts.db.write(lambda work: work.record(caller.access("audit.exception.list", "exception", "all")))
    return page([exception_shown(one) for one in found], limit=limit, position=lambda item: item["id"])


@router.post("/exceptions", status_code=201)
async def propose(body: Scope, parts: TheParts, caller: Excepting, once: OneOf) -> dict[str, Any]:
    """Propose one; it counts once another person agrees."""
    scope = body.model_dump(include={"rule", "about", "object_id", "equipment"})
    return await once.write(
        parts.db, lambda work: propose_exception(work, caller, scope, body.since, body.until, body.reason)
    )


@router.post("/exceptions/{exception_id}/confirmation")
async def confirm(exception_id: str, parts: TheParts, caller: Excepting, once: OneOf) -> dict[str, Any]:
    """Agree, as another person than the one who proposed it."""
    return await once.write(parts.db, lambda work: confirm_exception(work, caller, exception_id))


@router.post("/exceptions/{exception_id}/end")
async def end(exception_id: str, parts: TheParts, caller: Excepting, once: OneOf) -> dict[str, Any]:
    """End one at once."""
    return await once.write(parts.db, lambda work: end_exception(work, caller, exception_id))


@router.get("/ties")
async def ties(
    parts: TheParts, caller: Tying, staff_id: Word = "", limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Who declared a tie to whom, by pseudonym."""
    staff, _, token = decode(cursor).partition("|")
    found = await parts.db.read(
        lambda session: stored.ties(session, staff_id=staff_id, after=(staff, token), limit=limit + 1)
    )
    told = asked({"staff_id": staff_id})
    await parts.db.write(lambda work: work.record(caller.access("audit.tie.list", "staff", told)))
    shown = [tie_shown(tie) for tie in found]
    return page(shown, limit=limit, position=lambda item: f"{item['staff_id']}|{item['token']}")


@router.post("/ties", status_code=201)
async def declare(body: Tie, parts: TheParts, caller: Tying, once: OneOf) -> dict[str, Any]:
    """Enter what somebody declared."""
    return await once.write(parts.db, lambda work: declare_tie(work, caller, body.staff_id, body.token))


@router.post("/ties/removal")
async def take_back(body: Tie, parts: TheParts, caller: Tying, once: OneOf) -> dict[str, Any]:
    """Take back what was declared by mistake."""
    return await once.write(parts.db, lambda work: take_back_tie(work, caller, body.staff_id, body.token))
