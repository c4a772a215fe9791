"""The register of API clients over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends

from services.authority.parts import AuthorityParts
from services.authority.storage.registers import clients_after
from services.authority.usecases.client_register import add_client, client_view, end_client
from services.authority.usecases.entries import ClientEntry, Id
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page, parts_of
from shared.http.paging import decode

router = APIRouter(prefix="/authority/v1/clients", tags=["clients"])
Parts = Annotated[AuthorityParts, Depends(parts_of)]


@router.get("", summary="API clients and the plans that they act for")
async def list_(
    parts: Parts, caller: Annotated[Caller, allow("authority.client.list")], limit: Limit = 100, cursor: Cursor = ""
) -> dict[str, Any]:
    """Entries in the order of their ids."""
    rows = await parts.db.read(lambda session: clients_after(session, decode(cursor), limit + 1))
    await parts.db.write(lambda work: work.record(caller.access("authority.client.list", "client", "")))
    return page([client_view(row) for row in rows], limit=limit, position=lambda item: item["id"])


@router.post("", status_code=201, summary="Enter a client")
async def add(
    entry: ClientEntry,
    parts: Parts,
    caller: Annotated[Caller, allow("authority.client.add")],
    repeat: Annotated[Once, Depends(once)],
) -> dict[str, Any]:
    """The new entry."""
    access = caller.access("authority.client.add", "client", entry.id)
    return await repeat.write(parts.db, add_client(parts, entry, access))


@router.post("/{client_id}/end", summary="End a client")
async def end(client_id: Id, parts: Parts, caller: Annotated[Caller, allow("authority.client.end")]) -> dict[str, Any]:
    """It gets no token any more, and those that it has end."""
    access = caller.access("authority.client.end", "client", client_id)
    return await parts.db.write(end_client(parts, client_id, access))
