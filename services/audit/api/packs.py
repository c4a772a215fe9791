"""The sealed pack for an auditor."""

from typing import Annotated, Final

from fastapi import APIRouter, Response

from services.audit.api.inputs import Before, ObjectWord, Since, TheParts, Word, asked
from services.audit.storage.records import Wanted
from services.audit.usecases.make_pack import make_pack
from shared.auth.allow import allow
from shared.auth.caller import Caller

router: Final = APIRouter(prefix="/audit/v1", tags=["log"])


@router.get("/pack", response_class=Response)
async def auditor_pack(
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.pack.make")],
    actor: Word = "",
    object_: ObjectWord = "",
    action: Word = "",
    case: Word = "",
    source: Word = "",
    since: Since = None,
    before: Before = None,
) -> Response:
    """One file: the records that match, their proofs, the cosigned checkpoint, evidence, and an offline verifier."""
    words = {"actor": actor, "action": action, "case": case, "source": source}
    wanted = Wanted(same=words, object=object_, since=since, before=before)
    told = asked({**words, "object": object_, "from": since, "to": before})
    made = await make_pack(parts, caller, wanted, asked=told)
    headers = {"Content-Disposition": 'attachment; filename="auditor-pack.tar"', "Cache-Control": "no-store"}
    return Response(made, media_type="application/x-tar", headers=headers)
