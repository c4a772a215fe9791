"""Search over the access records."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter

from services.audit.api.inputs import Before, ObjectWord, Since, TheParts, Word, asked
from services.audit.storage.records import Wanted
from services.audit.usecases.search_records import log_size, search_records, shown_as
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, page
from shared.http.paging import decode
from shared.refusals import Refusal

router: Final = APIRouter(prefix="/audit/v1", tags=["records"])


@router.get("/records")
async def records(
    parts: TheParts,
    caller: Annotated[Caller, allow("audit.record.search")],
    actor: Word = "",
    subject: Word = "",
    object_: ObjectWord = "",
    action: Word = "",
    case: Word = "",
    purpose: Word = "",
    equipment: Word = "",
    place: Word = "",
    source: Word = "",
    outcome: Word = "",
    since: Since = None,
    before: Before = None,
    order: Literal["oldest", "newest"] = "oldest",
    form: Literal["record", "fhir", "ocsf"] = "record",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Records that match all that is given. Each search is itself recorded.

    `form`: as they stand in the log, as FHIR R4 AuditEvents, or as OCSF Datastore Activities for a SIEM.

    A cursor goes on in the log as it was at the first page: what is recorded meanwhile does not move the pages.
    """
    words = {
        "actor": actor,
        "action": action,
        "case": case,
        "purpose": purpose,
        "equipment": equipment,
        "place": place,
        "source": source,
        "outcome": outcome,
    }
    after, until = _place(cursor) if cursor else (None, await log_size(parts))
    wanted = Wanted(
        same=words,
        object=object_,
        subject=subject,
        since=since,
        before=before,
        newest_first=order == "newest",
        after=after,
        until=until,
    )
    told = asked({**words, "object": object_, "subject": subject, "from": since, "to": before})
    found = await search_records(parts, caller, wanted, asked=told, limit=limit)
    found = shown_as(found, form)
    return page(found, limit=limit, position=lambda item: f"{item['index']}.{until}")


def _place(cursor: str) -> tuple[int, int]:
    """The index after which to go on, and the size of the log at the first page."""
    after, dot, until = decode(cursor).partition(".")
    if not (dot and after.isdecimal() and until.isdecimal() and len(cursor) < 60):
        raise Refusal("bad-request")
    return int(after), int(until)
