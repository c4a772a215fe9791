"""The check of a few records before a file is made of them."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends

from services.intake.api.bodies import Precheck
from services.intake.parts import IntakeParts
from services.intake.usecases.precheck import precheck
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.http import parts_of
from shared.refusals import Refusal

router = APIRouter(prefix="/intake/v1", tags=["checks"])
NOT_CHECKED = ["F03", "F07", "F10", "F12", "R14", "R15", "R16"]


@router.post("/checks")
async def check(
    body: Precheck,
    parts: Annotated[IntakeParts, Depends(parts_of)],
    caller: Annotated[Caller, allow("intake.check.run")],
) -> dict[str, Any]:
    """Up to 50 records by field name; their findings as a file of them would have, the first record on line 2."""
    if body.plan_number is not None and not _may(caller, body.plan_number):
        raise Refusal("not-found")
    access = caller.access("intake.check.run", "check", body.kind, subjects=len(body.records))
    await parts.db.write(lambda work: work.record(access))
    today = parts.clock.now().astimezone(JST).date()
    items = await asyncio.to_thread(precheck, body.kind, body.records, charset=body.charset, today=today)
    return {"items": items, "records": len(body.records), "not_checked": NOT_CHECKED}


def _may(caller: Caller, plan_number: str) -> bool:
    return caller.principal.kind != "client" or caller.principal.may_act_for(plan_number)
