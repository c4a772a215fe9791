"""The register of equipment over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from services.authority.parts import AuthorityParts
from services.authority.storage.registers import equipment_after
from services.authority.usecases.entries import EquipmentEntry, Id
from services.authority.usecases.equipment_register import add_equipment, end_equipment, equipment_view
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page, parts_of
from shared.http.paging import decode

router = APIRouter(prefix="/authority/v1/equipment", tags=["equipment"])
Parts = Annotated[AuthorityParts, Depends(parts_of)]


@router.get("", summary="Registered equipment")
async def list_(
    parts: Parts, caller: Annotated[Caller, allow("authority.equipment.list")], limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Entries in the order of their ids."""
    rows = await parts.db.read(lambda session: equipment_after(session, decode(cursor), limit + 1))
    await parts.db.write(lambda work: work.record(caller.access("authority.equipment.list", "equipment", "")))
    return page([equipment_view(row) for row in rows], limit=limit, position=lambda item: item["id"])


@router.post("", status_code=201, summary="Enter a piece of equipment")
async def add(
    entry: EquipmentEntry,
    parts: Parts,
    caller: Annotated[Caller, allow("authority.equipment.add")],
    repeat: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """The new entry."""
    access = caller.access("authority.equipment.add", "equipment", entry.id)
    return await repeat.write(parts.db, add_equipment(parts, entry, access))


@router.post("/{equipment_id}/end", summary="Take a piece of equipment out of use")
async def end(
    equipment_id: Id, parts: Parts, caller: Annotated[Caller, allow("authority.equipment.end")]
) -> dict[str, Any]:
    """Who is signed in there is signed out."""
    access = caller.access("authority.equipment.end", "equipment", equipment_id)
    return await parts.db.write(end_equipment(parts, equipment_id, access))
