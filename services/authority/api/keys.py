"""The keyring over HTTP: what there is, rotation and destruction with two people."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.authority.parts import AuthorityParts
from services.authority.usecases.change_keys import allow_key_change, keys_view, rotate_key, tell_key_destroyed
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import parts_of

router = APIRouter(prefix="/authority/v1/keys", tags=["keys"])
Parts = Annotated[AuthorityParts, Depends(parts_of)]


class KeyName(BaseModel):
    """Which key. Its name goes in the body, because it may hold slashes."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=120)


@router.get("", summary="Keys with versions and days, never a key")
async def list_(parts: Parts, caller: Annotated[Caller, allow("authority.key.list")]) -> dict[str, Any]:
    """The oldest version that still opens something is shown beside the newest."""
    await parts.db.write(lambda work: work.record(caller.access("authority.key.list", "key", "")))
    return {"items": await asyncio.to_thread(keys_view, parts.keyring), "next_cursor": None}


@router.post("/rotation", summary="Rotate a key")
async def rotate(body: KeyName, parts: Parts, caller: Annotated[Caller, allow("keys.rotate")]) -> dict[str, Any]:
    """Needs an approval for `keys.rotate` with the key's name as the object."""
    await allow_key_change(parts, caller, "keys.rotate", body.name)
    return await asyncio.to_thread(rotate_key, parts.keyring, parts.blobs, body.name)


@router.post("/destruction", summary="Destroy a key and all that it protects")
async def destroy(body: KeyName, parts: Parts, caller: Annotated[Caller, allow("keys.destroy")]) -> dict[str, Any]:
    """Needs an approval for `keys.destroy` with the key's name as the object. Answers the certificate's facts."""
    await allow_key_change(parts, caller, "keys.destroy", body.name)
    facts = await asyncio.to_thread(parts.keyring.destroy, body.name)
    await parts.db.write(lambda work: tell_key_destroyed(work, caller, facts))
    return facts
