"""The regulations with their versions, and who has read which."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, Field

from services.audit.api.inputs import Text, TheParts
from services.audit.usecases.checksheets import read_regulations
from services.audit.usecases.checksheets.read_regulations import NewVersion, add_version, state_reading
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Once, once

router: Final = APIRouter(prefix="/audit/v1/regulations", tags=["regulations"])
Number = Annotated[int, Path(ge=1, le=99)]
VersionName = Annotated[str, Path(max_length=20, pattern=r"^[A-Za-z0-9._-]+$")]
Keyed = Annotated[Once, Depends(once)]
Viewer = Annotated[Caller, allow("audit.regulation.view")]


class Adding(BaseModel):
    """A version: its text, or where the document lies and its SHA-256."""

    version: str = Field(max_length=20, pattern=r"^[A-Za-z0-9._-]+$")
    in_force_from: date
    document: Text = Field(default="", max_length=200)
    text: Text = Field(default="", max_length=200_000)
    digest: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")


@router.get("")
async def listed(parts: TheParts, caller: Viewer, unread: bool = False) -> dict[str, Any]:
    """The regulations, with the version in force and whether the caller has read it."""
    return {"items": await read_regulations.listed(parts, caller, unread=unread), "next_cursor": None}


@router.get("/unread")
async def unread(
    parts: TheParts, caller: Annotated[Caller, allow("audit.regulation.remind")], overdue: bool = False
) -> dict[str, Any]:
    """Who on the duty roster has not read what is in force, and until when they may."""
    return {"items": await read_regulations.readership(parts, caller, overdue=overdue), "next_cursor": None}


@router.get("/{number}")
async def one(number: Number, parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """One regulation with all its versions."""
    return await read_regulations.one(parts, caller, number)


@router.post("/{number}/versions")
async def adding(
    number: Number,
    body: Adding,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.regulation.add")],
    once: Keyed,
) -> dict[str, Any]:
    """Enter a version."""
    new = NewVersion(**body.model_dump())
    return await once.write(parts.db, lambda work: add_version(work, caller, number, new))


@router.post("/{number}/versions/{version}/reading")
async def reading(
    number: Number,
    version: VersionName,
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.regulation.read")],
    once: Keyed,
) -> dict[str, Any]:
    """State that one has read a version."""
    return await once.write(parts.db, lambda work: state_reading(work, caller, number, version))
