"""Cases of odd accesses: seen, taken, decided by a person with a reason."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.audit.api.inputs import Reason, TheParts, Word, asked
from services.audit.domain.detections.cases import ASSIGNED, DECISIONS, OPEN
from services.audit.storage.detections import cases as stored
from services.audit.usecases.detections.assign_case import assign_case, give_back_case
from services.audit.usecases.detections.decide_case import decide_case
from services.audit.usecases.detections.read_case import read_case
from services.audit.usecases.detections.show import case_shown
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page
from shared.http.paging import decode

router: Final = APIRouter(prefix="/audit/v1/cases", tags=["cases"])
Viewer = Annotated[Caller, allow("audit.case.view")]
Judge = Annotated[Caller, allow("audit.case.judge")]
OneOf = Annotated[Once, Depends(once)]
STATES: Final = {"": (), "waiting": (OPEN, ASSIGNED), "decided": DECISIONS}


class Assignment(BaseModel):
    """Who is to look at a case; empty: the caller."""

    to: str = Field(default="", max_length=80, pattern=r"^[A-Za-z0-9._:-]*$")


class Decision(BaseModel):
    """What a case was, and why one thinks so. Ids and plain words; never a person's data."""

    decision: Literal["misuse", "explained", "false_alarm"]
    reason: Reason = Field(max_length=1000)


@router.get("")
async def cases(
    parts: TheParts,
    caller: Viewer,
    state: Literal["", "waiting", "decided", "open", "assigned", "misuse", "explained", "false_alarm"] = "",
    about: Word = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Cases, newest first. `about`: staff:…, client:…, source:…, door-user:…"""
    states, after = STATES.get(state, (state,)), decode(cursor)
    found = await parts.db.read(
        lambda session: stored.cases(session, states=states, about=about, after=after, limit=limit + 1)
    )
    told = asked({"state": state, "about": about})
    await parts.db.write(lambda work: work.record(caller.access("audit.case.list", "case", told)))
    return page([case_shown(case) for case in found], limit=limit, position=lambda item: item["id"])


@router.get("/{case_id}")
async def case(case_id: str, parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """One case: findings in plain sentences, what was done around them, the facts beside."""
    shown = await parts.db.read(lambda session: read_case(session, case_id))
    await parts.db.write(lambda work: work.record(caller.access("audit.case.view", "case", shown["id"])))
    return shown


@router.post("/{case_id}/assignment")
async def assignment(case_id: str, body: Assignment, parts: TheParts, caller: Judge, once: OneOf) -> dict[str, Any]:
    """Take a case, or ask somebody to look at it."""
    return await once.write(parts.db, lambda work: assign_case(work, caller, case_id, body.to))


@router.post("/{case_id}/return")
async def give_back(case_id: str, parts: TheParts, caller: Judge, once: OneOf) -> dict[str, Any]:
    """Give a case back."""
    return await once.write(parts.db, lambda work: give_back_case(work, caller, case_id))


@router.post("/{case_id}/decision")
async def decision(case_id: str, body: Decision, parts: TheParts, caller: Judge, once: OneOf) -> dict[str, Any]:
    """Decide a case for good."""
    return await once.write(parts.db, lambda work: decide_case(work, caller, case_id, body.decision, body.reason))
