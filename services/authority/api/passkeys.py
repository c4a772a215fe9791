"""Passkeys over HTTP: a person's own, and signing in with one."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from services.authority.parts import AuthorityParts
from services.authority.storage.passkeys import passkeys_after
from services.authority.usecases.entries import Id
from services.authority.usecases.passkeys.add_passkey import add_passkey, ask_for_passkey, passkey_view
from services.authority.usecases.passkeys.end_passkey import end_passkey
from services.authority.usecases.passkeys.sign_in_with_passkey import (
    PasskeySignIn,
    ask_for_signature,
    sign_in_with_passkey,
)
from services.authority.usecases.tokens import Issued
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page, parts_of
from shared.http.paging import decode

router = APIRouter(prefix="/authority/v1", tags=["passkeys"])
Parts = Annotated[AuthorityParts, Depends(parts_of)]
Options = dict[str, Any]


class Credential(BaseModel):
    """A PublicKeyCredential of the browser as its `toJSON` writes it; what is not named here is not looked at."""

    model_config = ConfigDict(hide_input_in_errors=True)

    id: str = Field(min_length=1, max_length=1400)
    rawId: str = Field(min_length=1, max_length=1400)  # noqa: N815  the browser's own word
    type: str = Field(max_length=20)
    response: dict[str, Any]


class NewPasskey(BaseModel):
    """What `navigator.credentials.create` brought."""

    credential: Credential


class PasskeySignInBody(BaseModel):
    """What `navigator.credentials.get` brought, and where."""

    model_config = ConfigDict(extra="forbid")

    credential: Credential
    equipment_id: str = Field(min_length=1, max_length=80)
    equipment_secret: SecretStr = Field(min_length=1, max_length=400)


@router.post("/sessions/passkey-options", tags=["sessions"], summary="What a browser needs to sign in with a passkey")
async def options_to_sign_in(
    parts: Parts, _: Annotated[Caller, allow("authority.session.open_with_passkey")]
) -> Options:
    """For `navigator.credentials.get` (Web Authentication Level 3). Good for five minutes and for one sign-in."""
    return ask_for_signature(parts)


@router.post("/sessions/passkey", tags=["sessions"], summary="Sign in with a passkey at a piece of equipment")
async def sign_in(
    parts: Parts, body: PasskeySignInBody, caller: Annotated[Caller, allow("authority.session.open_with_passkey")]
) -> Issued:
    """A bearer token for ten minutes. What is wrong is not told; a failing condition of duty is named."""
    attempt = PasskeySignIn(
        answer=body.credential.model_dump(),
        equipment_id=body.equipment_id,
        equipment_secret=body.equipment_secret.get_secret_value(),
        request_id=caller.request_id,
    )
    return await sign_in_with_passkey(parts, attempt)


@router.get("/passkeys", summary="One's own passkeys")
async def list_(
    parts: Parts, caller: Annotated[Caller, allow("authority.passkey.list")], limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """In the order in which they were added, ended ones too."""
    staff_id = caller.principal.id
    rows = await parts.db.read(lambda session: passkeys_after(session, staff_id, decode(cursor), limit + 1))
    await parts.db.write(lambda work: work.record(caller.access("authority.passkey.list", "staff", staff_id)))
    return page([passkey_view(row) for row in rows], limit=limit, position=lambda item: item["id"])


@router.post("/passkeys/options", summary="What a browser needs to make a passkey")
async def options_to_add(parts: Parts, caller: Annotated[Caller, allow("authority.passkey.add")]) -> Options:
    """For `navigator.credentials.create`, within a quarter of an hour after signing in."""
    return await parts.db.read(ask_for_passkey(parts, caller))


@router.post("/passkeys", status_code=201, summary="Add a passkey to one's account")
async def add(
    body: NewPasskey,
    parts: Parts,
    caller: Annotated[Caller, allow("authority.passkey.add")],
    repeat: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """The new passkey; from now on it signs its owner in."""
    step = await asyncio.to_thread(add_passkey, parts, caller, body.credential.model_dump())
    return await repeat.write(parts.db, step)


@router.post("/passkeys/{passkey_id}/end", summary="End a passkey")
async def end(
    passkey_id: Id, parts: Parts, caller: Annotated[Caller, allow("authority.passkey.end")]
) -> dict[str, Any]:
    """One's own; an administrator may end anybody's."""
    return await parts.db.write(end_passkey(caller, passkey_id))
