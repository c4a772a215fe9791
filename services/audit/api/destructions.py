"""The destruction ledger and its certificates."""

from typing import Annotated, Any, Final

from fastapi import APIRouter

from services.audit.api.inputs import Before, Since, TheParts, Word, asked
from services.audit.storage import destructions as ledger
from services.audit.usecases.show import certificate_shown, destruction_shown
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, page
from shared.http.paging import decode
from shared.refusals import Refusal

router: Final = APIRouter(prefix="/audit/v1/destructions", tags=["destructions"])
Viewer = Annotated[Caller, allow("audit.destruction.view")]


@router.get("")
async def destructions(
    parts: TheParts,
    caller: Viewer,
    what: Word = "",
    service: Word = "",
    object_id: Word = "",
    since: Since = None,
    before: Before = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Copies that no longer exist, in the order of their certificates."""
    same = {"what": what, "service": service, "object_id": object_id}
    after = decode(cursor)
    found = await parts.db.read(
        lambda session: ledger.search(session, same=same, since=since, before=before, after=after, limit=limit + 1)
    )
    told = asked({**same, "from": since, "to": before})[:200]
    await parts.db.write(lambda work: work.record(caller.access("audit.destruction.list", "destruction", told)))
    return page([destruction_shown(entry) for entry in found], limit=limit, position=lambda item: item["id"])


@router.get("/{destruction_id}")
async def destruction(destruction_id: str, parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """One destroyed copy with its certificate."""
    entry = await parts.db.read(lambda session: ledger.get(session, destruction_id))
    if entry is None:
        raise Refusal("not-found")
    await parts.db.write(lambda work: work.record(caller.access("audit.destruction.view", "destruction", entry.id)))
    return {**destruction_shown(entry), "certificate": certificate_shown(entry)}
