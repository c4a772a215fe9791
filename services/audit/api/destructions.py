"""The destruction ledger: what exists against its clock, what is destroyed with its certificate."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from services.audit.api.inputs import Before, Since, TheParts, Word, asked
from services.audit.domain.copies import State
from services.audit.parts import AuditParts
from services.audit.storage import destructions as ledger
from services.audit.usecases.copies.foresee import foresee
from services.audit.usecases.copies.list_kept import kept_page
from services.audit.usecases.show import certificate_shown, destruction_shown
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, page
from shared.http.paging import decode
from shared.refusals import Refusal

router: Final = APIRouter(prefix="/audit/v1/destructions", tags=["destructions"])
Viewer = Annotated[Caller, allow("audit.destruction.view")]
AnyState = Annotated[Literal["", "done"] | State, Query(description="Empty as done: copies with a certificate")]
DueBefore = Annotated[AwareDatetime | None, Query(description="Due before, RFC 3339 with offset; not of what is done")]


@router.get("")
async def destructions(
    parts: TheParts,
    caller: Viewer,
    state: AnyState = "",
    what: Word = "",
    service: Word = "",
    object_id: Word = "",
    due_before: DueBefore = None,
    since: Since = None,
    before: Before = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Copies in a state: what is destroyed in the order of its certificates, what exists in the order it is due."""
    same, after = {"what": what, "service": service, "object_id": object_id}, decode(cursor)
    if state == "" or state == "done":
        found = await _done(parts, same, since, before, after, limit)
    else:
        found = await kept_page(parts, state, same=same, due_before=due_before, after=after, limit=limit)
    told = asked({"state": state, **same, "due_before": due_before, "from": since, "to": before})[:200]
    await parts.db.write(lambda work: work.record(caller.access("audit.destruction.list", "destruction", told)))
    return found


@router.get("/forecast")
async def forecast(parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """Counts by what is kept: overdue, held, due in each of twelve months, ended by an event; and done this month."""
    now = parts.clock.now()
    found = await parts.db.read(lambda session: foresee(session, now))
    await parts.db.write(lambda work: work.record(caller.access("audit.destruction.list", "destruction", "forecast")))
    return found


@router.get("/{destruction_id}")
async def destruction(destruction_id: str, parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """One destroyed copy with its certificate."""
    entry = await parts.db.read(lambda session: ledger.get(session, destruction_id))
    if entry is None:
        raise Refusal("not-found")
    await parts.db.write(lambda work: work.record(caller.access("audit.destruction.view", "destruction", entry.id)))
    return {**destruction_shown(entry), "certificate": certificate_shown(entry)}


async def _done(
    parts: AuditParts, same: dict[str, str], since: datetime | None, before: datetime | None, after: str, limit: int
) -> dict[str, Any]:
    found = await parts.db.read(
        lambda session: ledger.search(session, same=same, since=since, before=before, after=after, limit=limit + 1)
    )
    return page([destruction_shown(entry) for entry in found], limit=limit, position=lambda item: item["id"])
