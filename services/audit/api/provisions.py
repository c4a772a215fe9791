"""/audit/v1/provisions: what was provided to whom, on which basis; and the table of bases."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter

from services.audit.api.inputs import Before, Since, TheParts, Word, asked
from services.audit.storage.incidents.provisions import provisions_after, totals
from services.audit.usecases.provisions.show import bases_shown, provision_shown
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, page
from shared.http.paging import decode

router: Final = APIRouter(prefix="/audit/v1", tags=["provisions"])
Viewer = Annotated[Caller, allow("audit.provision.view")]


@router.get("/provisions")
async def provisions(
    parts: TheParts,
    caller: Viewer,
    plan_number: Word = "",
    kind: Literal["", "provisional", "main", "my_number", "deletion"] = "",
    since: Since = None,
    before: Before = None,
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Provisions in the order in which they were told, with how many there are in all."""
    same = {"plan_number": plan_number, "kind": kind}
    after = decode(cursor)
    found = await parts.db.read(
        lambda session: provisions_after(session, same=same, since=since, before=before, after=after, limit=limit + 1)
    )
    lines, people = await parts.db.read(lambda session: totals(session, same=same, since=since, before=before))
    told = asked({**same, "from": since, "to": before})[:200]
    await parts.db.write(lambda work: work.record(caller.access("audit.provision.list", "provision", told)))
    shown = page([provision_shown(one) for one in found], limit=limit, position=lambda item: item["id"])
    return shown | {"total": {"provisions": lines, "people": people}}


@router.get("/legal-bases")
async def legal_bases(parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """Article 19 of the My Number Act by each numbering. A table of the law, so not recorded."""
    return bases_shown()
