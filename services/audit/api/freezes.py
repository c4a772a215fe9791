"""/audit/v1/freezes: set by one person at once, lifted by two."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from services.audit.api.calls import run_once
from services.audit.api.inputs import Reason, TheParts
from services.audit.storage.incidents.freezes import freezes_after
from services.audit.usecases.freezes.lift_freeze import lift_freeze
from services.audit.usecases.freezes.set_freeze import set_freeze
from services.audit.usecases.incidents.show_incident import freeze_shown
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page
from shared.http.paging import decode

router: Final = APIRouter(prefix="/audit/v1/freezes", tags=["freezes"])
OnceOnly = Annotated[Once, Depends(once)]
Id = Annotated[str, Path(pattern=r"^[0-9a-fA-F-]{36}$", description="UUID")]


class Freezing(BaseModel):
    """What to stop. A medium is a disc or a reply, an account a person or a client, a key one of the keyring's."""

    model_config = ConfigDict(extra="forbid")

    object_type: Literal["plan", "medium", "batch", "account", "key"]
    object_id: str = Field(min_length=1, max_length=120, pattern=r"^[A-Za-z0-9._:/@-]*$")
    incident_id: str = Field(default="", pattern=r"^([0-9a-fA-F-]{36})?$")
    reason: Reason = Field(max_length=1000)


class Lifting(BaseModel):
    """Why it may go on."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason = Field(max_length=1000)


@router.post("", status_code=201)
async def set_(
    body: Freezing, parts: TheParts, caller: Annotated[Caller, allow("audit.freeze.set")], once_only: OnceOnly
) -> dict[str, Any]:
    """All releases of the object stop."""
    return await run_once(
        parts,
        caller,
        "audit.freeze.set",
        body.object_id,
        once_only,
        lambda work: set_freeze(
            work, caller, body.object_type, body.object_id, incident_id=body.incident_id, reason=body.reason
        ),
    )


@router.get("")
async def list_(
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.freeze.view")],
    state: Literal["", "set", "lifted"] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Freezes in the order in which they were set."""
    after = decode(cursor)
    found = await parts.db.read(lambda session: freezes_after(session, state=state, after=after, limit=limit + 1))
    await parts.db.write(lambda work: work.record(caller.access("audit.freeze.list", "freeze", state or "all")))
    return page([freeze_shown(one) for one in found], limit=limit, position=lambda item: item["id"])


@router.post("/{freeze_id}/lift")
async def lift(
    freeze_id: Id,
    body: Lifting,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.freeze.lift")],
    once_only: OnceOnly,
) -> dict[str, Any]:
    """Releases go on; needs an approval for `audit.freeze.lift` with the freeze's id as the object."""
    return await run_once(
        parts,
        caller,
        "audit.freeze.lift",
        freeze_id,
        once_only,
        lambda work: lift_freeze(work, caller, freeze_id, body.reason),
    )
