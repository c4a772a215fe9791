"""The matrices as a supervisor reads them: acts, equipment, approvals, duties, purposes."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from services.authority.parts import AuthorityParts
from services.authority.rules import in_force
from shared.auth.acts import ActRule, act_rules
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.http import parts_of

router = APIRouter(prefix="/authority/v1", tags=["matrices"])
Parts = Annotated[AuthorityParts, Depends(parts_of)]


@router.get("/matrices", summary="Who may do what, where")
async def matrices(parts: Parts, _: Annotated[Caller, allow("authority.matrices.read")]) -> dict[str, Any]:
    """Every act with its row, and the dated tables as they hold today."""
    today = parts.clock.now().astimezone(JST).date()
    tables = {name: in_force(name, today) for name in ("equipment", "approvals", "duties", "purposes")}
    return {
        "on": today.isoformat(),
        "acts": [_act(rule) for rule in act_rules().values()],
        "equipment": tables["equipment"],
        "approvals": tables["approvals"],
        "incompatible_duties": tables["duties"],
        "purposes": tables["purposes"],
    }


@router.get("/purposes", summary="Why personal data may be touched")
async def purposes(parts: Parts, _: Annotated[Caller, allow("authority.matrices.read")]) -> dict[str, Any]:
    """The codes for Shokai-Purpose that hold today."""
    return {"items": in_force("purposes", parts.clock.now().astimezone(JST).date()), "next_cursor": None}


def _act(rule: ActRule) -> dict[str, Any]:
    return {
        "act": rule.act,
        "ja": rule.ja,
        "en": rule.en,
        "clients": rule.clients,
        "services": sorted(rule.services),
        "teams": sorted(rule.teams),
        "equipment": sorted(rule.equipment),
        "place": rule.place,
        "personal_data": rule.personal_data,
        "purposes": sorted(rule.purposes),
        "two_people": rule.two_people,
    }
