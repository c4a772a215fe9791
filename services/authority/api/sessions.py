"""Staff sign in, go on, and sign out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from services.authority.parts import AuthorityParts
from services.authority.usecases.end_session import sign_out
from services.authority.usecases.open_session import SignIn, open_session
from services.authority.usecases.renew_session import renew_session
from services.authority.usecases.tokens import Issued
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import parts_of
from shared.refusals import Refusal

router = APIRouter(prefix="/authority/v1/sessions", tags=["sessions"])
Parts = Annotated[AuthorityParts, Depends(parts_of)]


class SignInBody(BaseModel):
    """Who signs in, and where."""

    model_config = ConfigDict(extra="forbid")

    staff_id: str = Field(min_length=1, max_length=80)
    password: SecretStr = Field(min_length=1, max_length=400)
    totp: str = Field("", max_length=10)
    equipment_id: str = Field(min_length=1, max_length=80)
    equipment_secret: SecretStr = Field(min_length=1, max_length=400)


@router.post("", summary="Sign in at a registered piece of equipment")
async def open_(
    request: Request, parts: Parts, body: SignInBody, caller: Annotated[Caller, allow("authority.session.open")]
) -> Issued:
    """A bearer token for ten minutes. Wrong credentials are not told apart; a failing condition of duty is named."""
    sign_in = SignIn(
        staff_id=body.staff_id,
        password=body.password.get_secret_value(),
        equipment_id=body.equipment_id,
        equipment_secret=body.equipment_secret.get_secret_value(),
        totp=body.totp,
        request_id=caller.request_id,
    )
    return await open_session(parts, sign_in)


@router.post("/current/renewal", summary="A fresh token for the session of this one")
async def renew(parts: Parts, caller: Annotated[Caller, allow("authority.session.renew")]) -> Issued:
    """Duty, equipment and age of the session are looked at again."""
    outcome = await parts.db.write(renew_session(parts, caller))
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


@router.delete("/current", status_code=204, summary="Sign out")
async def end(parts: Parts, caller: Annotated[Caller, allow("authority.session.end")]) -> None:
    """Every token of the session ends, at every service."""
    await parts.db.write(sign_out(parts, caller))
