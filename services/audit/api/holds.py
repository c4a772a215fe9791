"""Legal holds: what they lie on is not destroyed by its clock. Two people set and lift them."""

from datetime import date
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.audit.api.inputs import ObjectWord, Said, TheParts
from services.audit.storage.copies import holds as stored
from services.audit.usecases.copies.lift_hold import lift_hold
from services.audit.usecases.copies.set_hold import NewHold, set_hold
from services.audit.usecases.copies.show import hold_shown
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page
from shared.http.paging import decode

router: Final = APIRouter(prefix="/audit/v1/holds", tags=["holds"])
# An id of ours or the number of a plan: nobody can type a person's number here.
ID: Final = r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{8})$"
ObjectType = Literal["request", "reception", "batch", "reply", "disc", "plan"]


class HoldEntry(BaseModel):
    """On what the hold lies, why, and its last day in Japan."""

    object_type: ObjectType
    object_id: Annotated[str, Field(pattern=ID)]
    reason: Said = Field(max_length=1000)
    ends_on: Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))]


class Lifting(BaseModel):
    """Why the hold ends before its time."""

    reason: Said = Field(max_length=1000)


@router.get("")
async def holds(
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.hold.view")],
    state: Literal["", "active", "ended"] = "",
    object_: ObjectWord = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Holds in the order of their setting; `object` as type/id."""
    now, after = parts.clock.now(), decode(cursor)
    found = await parts.db.read(
        lambda session: stored.holds(session, state=state, named=object_, now=now, after=after, limit=limit + 1)
    )
    await parts.db.write(lambda work: work.record(caller.access("audit.hold.list", "hold", object_ or state or "all")))
    return page([hold_shown(hold, now) for hold in found], limit=limit, position=lambda item: item["id"])


@router.post("", status_code=201)
async def setting(
    body: HoldEntry,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.hold.set")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Set a hold, with an approval that is bound to `type/id`."""
    new = NewHold(object_type=body.object_type, object_id=body.object_id, reason=body.reason, ends_on=body.ends_on)
    return await once.write(parts.db, lambda work: set_hold(work, caller, new))


@router.post("/{hold_id}/lift")
async def lifting(
    hold_id: str,
    body: Lifting,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.hold.lift")],
    once: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """Lift a hold before its end, with an approval that is bound to the hold."""
    return await once.write(parts.db, lambda work: lift_hold(work, caller, hold_id, body.reason))
