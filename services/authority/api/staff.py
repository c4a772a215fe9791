"""The register of staff over HTTP."""

import asyncio
import base64
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from services.authority.parts import AuthorityParts
from services.authority.storage.registers import staff_after, staff_by_id
from services.authority.usecases.entries import DoorUser, Id, StaffEntry
from services.authority.usecases.secrets import STAFF_FIELDS
from services.authority.usecases.staff_register import TOTP_PLACE, add_staff, change_staff, end_staff, staff_view
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.http import Cursor, Limit, Once, once, page, parts_of
from shared.http.paging import decode
from shared.refusals import Refusal

router = APIRouter(prefix="/authority/v1/staff", tags=["staff"])
Parts = Annotated[AuthorityParts, Depends(parts_of)]


class Ending(BaseModel):
    """The last day; today when it is left out."""

    on: date | None = None


class StaffChange(BaseModel):
    """What may change in an entry; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    roster_from: date | None = None
    roster_to: date | None = None
    pledged_on: date | None = None
    trained_on: date | None = None
    door_user: DoorUser = ""
    password: Annotated[SecretStr | None, Field(min_length=1, max_length=400)] = None
    totp_secret: Annotated[SecretStr | None, Field(max_length=200)] = None

    @field_validator("roster_from")
    @classmethod
    def _is_never_taken_away(cls, day: date | None) -> date:
        if day is None:
            raise ValueError("a place on the roster has a first day")
        return day


@router.get("", summary="Who is on the duty roster")
async def list_(
    parts: Parts, caller: Annotated[Caller, allow("authority.staff.list")], limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Entries in the order of their ids, never with anything to sign in with."""
    rows = await parts.db.read(lambda session: staff_after(session, decode(cursor), limit + 1))
    await parts.db.write(lambda work: work.record(caller.access("authority.staff.list", "staff", "")))
    return page([staff_view(parts, row) for row in rows], limit=limit, position=lambda item: item["id"])


@router.get("/{staff_id}", summary="One entry")
async def read(staff_id: Id, parts: Parts, caller: Annotated[Caller, allow("authority.staff.list")]) -> dict[str, Any]:
    """The entry, or 404."""
    found = await parts.db.read(lambda session: staff_by_id(session, staff_id))
    if found is None:
        raise Refusal("not-found")
    await parts.db.write(lambda work: work.record(caller.access("authority.staff.list", "staff", staff_id)))
    return staff_view(parts, found)


@router.post("", status_code=201, summary="Enter a person")
async def add(
    entry: StaffEntry,
    parts: Parts,
    caller: Annotated[Caller, allow("authority.staff.add")],
    repeat: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """The new entry."""
    access = caller.access("authority.staff.add", "staff", entry.id)
    step = await asyncio.to_thread(add_staff, parts, entry, access)
    return await repeat.write(parts.db, step)


@router.patch("/{staff_id}", summary="Roster days, pledge, training, password")
async def change(
    staff_id: Id, body: StaffChange, parts: Parts, caller: Annotated[Caller, allow("authority.staff.change")]
) -> dict[str, Any]:
    """The entry as it stands now."""
    access = caller.access("authority.staff.change", "staff", staff_id)
    step = await asyncio.to_thread(change_staff, parts, staff_id, _changes(parts, staff_id, body), access)
    return await parts.db.write(step)


@router.post("/{staff_id}/end", summary="A person leaves")
async def end(
    staff_id: Id, body: Ending, parts: Parts, caller: Annotated[Caller, allow("authority.staff.end")]
) -> dict[str, Any]:
    """Signed out at once; the entry stays for the record."""
    on = body.on or parts.clock.now().astimezone(JST).date()
    access = caller.access("authority.staff.end", "staff", staff_id)
    return await parts.db.write(end_staff(parts, staff_id, on, access))


def _changes(parts: AuthorityParts, staff_id: str, body: StaffChange) -> dict[str, Any]:
    changes = body.model_dump(exclude_unset=True, exclude={"password", "totp_secret"})
    if body.password is not None:
        changes["password"] = body.password.get_secret_value()
    if body.totp_secret is not None:
        try:
            secret = base64.b32decode(body.totp_secret.get_secret_value(), casefold=True)
        except ValueError as wrong:
            raise Refusal("totp-secret-unreadable") from wrong
        cipher = parts.keyring.field_cipher(STAFF_FIELDS)
        changes["totp_sealed"] = cipher.encrypt(secret.hex(), place=TOTP_PLACE, row=staff_id)
    return changes
