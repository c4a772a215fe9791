"""Search the log; the search itself is recorded before anything is shown."""

from typing import Any, Literal

import orjson

from services.audit.domain.forms.forms import in_form
from services.audit.parts import AuditParts
from services.audit.storage import log, records
from services.audit.storage.records import Wanted
from shared.auth.caller import Caller


async def search_records(
    parts: AuditParts, caller: Caller, wanted: Wanted, *, asked: str, limit: int
) -> list[dict[str, Any]]:
    """Up to limit + 1 records as {"index", "record"}. `asked` is how the search stands in the record."""
    rows = await parts.db.read(lambda session: records.search(session, wanted, limit + 1))
    shown = min(len(rows), limit)
    access = caller.access("audit.record.search", "log", asked[:200], reason=f"shown-{shown}")
    await parts.db.write(lambda work: work.record(access))
    return [{"index": row.log_index, "record": orjson.loads(row.canonical)} for row in rows]


def shown_as(found: list[dict[str, Any]], form: Literal["record", "fhir", "ocsf"]) -> list[dict[str, Any]]:
    """The records as they stand in the log, or each in another system's form."""
    if form == "record":
        return found
    return [{"index": one["index"], form: in_form(one["record"], form)} for one in found]


async def log_size(parts: AuditParts) -> int:
    """How many records the log has."""
    return (await parts.db.read(log.tree)).size
