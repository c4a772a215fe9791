"""Disclosure to one person. The pseudonyms come in the body, never in an address."""

from typing import Annotated, Any, Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.audit.api.inputs import TheParts
from services.audit.usecases.disclosure.disclose import ACT, disclose
from shared.auth.allow import allow
from shared.auth.caller import Caller

router: Final = APIRouter(prefix="/audit/v1", tags=["disclosures"])

Token = Annotated[str, Field(pattern=r"^[0-9a-f]{32,64}$")]


class Whom(BaseModel):
    """The pseudonyms of one person, as the matcher gave them for an inquiry number."""

    model_config = ConfigDict(extra="forbid")

    tokens: tuple[Token, ...] = Field(min_length=1, max_length=10)
    after: int = Field(default=-1, ge=-1, lt=2**53, description="The last index of the page before")
    limit: int = Field(default=500, ge=1, le=1000)


@router.post("/disclosures")
async def post_disclosure(parts: TheParts, caller: Annotated[Caller, allow(ACT)], whom: Whom) -> dict[str, Any]:
    """What was done with that person's data: which request and plan, when, why, which kinds of item, by whom, to whom.

    Changes nothing, so that a repeat is only recorded again.
    """
    return await disclose(parts, caller, whom.tokens, after=whom.after, limit=whom.limit)
