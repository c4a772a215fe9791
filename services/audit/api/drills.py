"""/audit/v1/drills: an incident rehearsed on a synthetic twin; the result is kept, signed and filed as evidence."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from services.audit.api.inputs import TheParts
from services.audit.storage.incidents.drills import drills_before
from services.audit.usecases.drills.run_drill import drill_shown, run_drill
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page
from shared.http.paging import decode

router: Final = APIRouter(prefix="/audit/v1/drills", tags=["incidents"])


class Order(BaseModel):
    """Which scenario to rehearse."""

    model_config = ConfigDict(extra="forbid")

    scenario: Literal["lost_disc", "account", "key"]


@router.post("", status_code=201)
async def run(
    body: Order,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.drill.run")],
    once_only: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """The whole way of an incident on synthetic data, by the same rules; takes a second or two."""
    return await run_drill(parts, caller, body.scenario, once_only)


@router.get("")
async def drills(
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.incident.view")],
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Drills, the newest first, each with what was expected and what was found."""
    before = decode(cursor)
    found = await parts.db.read(lambda session: drills_before(session, before=before, limit=limit + 1))
    await parts.db.write(lambda work: work.record(caller.access("audit.drill.list", "drill", "all")))
    return page([drill_shown(one) for one in found], limit=limit, position=lambda item: item["id"])
