"""From a person's inquiry number to the pseudonyms in the access record. Nothing of the person is shown."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.matcher.settings import MatcherParts
from services.matcher.usecases.find_subject import ACT, find_subject
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import parts_of

routes: Final = APIRouter(prefix="/matcher/v1/subjects", tags=["subjects"])


class Whom(BaseModel):
    """Whose pseudonyms are wanted; in the body, so that no address ever names a person."""

    model_config = ConfigDict(extra="forbid")

    plan_number: str = Field(pattern=r"^[0-9]{8}$")
    inquiry_number: str = Field(min_length=1, max_length=40)


@routes.post("")
async def post_subject(
    parts: Annotated[MatcherParts, Depends(parts_of)], caller: Annotated[Caller, allow(ACT)], whom: Whom
) -> dict[str, Any]:
    """The tokens of one person at one plan. Changes nothing, so a repeat is only recorded again: an answer that was
    kept for repeats would outlive the number that it stands for."""
    return await find_subject(parts, caller, plan_number=whom.plan_number, inquiry_number=whom.inquiry_number)
