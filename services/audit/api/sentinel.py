"""The sentinel's rounds, and the certificates that individual numbers were replaced by `*`."""

from typing import Annotated, Any, Final

from fastapi import APIRouter

from services.audit.api.inputs import TheParts
from services.audit.storage.sentinel import runs as stored
from services.audit.usecases.sentinel.show import masking_certificate, masking_shown, run_shown
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, page
from shared.http.paging import decode
from shared.refusals import Refusal

router: Final = APIRouter(prefix="/audit/v1", tags=["destructions"])
Viewer = Annotated[Caller, allow("audit.masking.view")]


@router.get("/sentinel-runs")
async def runs(parts: TheParts, caller: Viewer, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Rounds, the newest first: what was looked at, and where a number stood in clear."""
    after = decode(cursor)
    found = await parts.db.read(lambda session: stored.runs(session, after=after, limit=limit + 1))
    await parts.db.write(lambda work: work.record(caller.access("audit.sentinel.list", "sentinel-run", "all")))
    return page([run_shown(run) for run in found], limit=limit, position=lambda item: item["id"])


@router.get("/maskings")
async def maskings(parts: TheParts, caller: Viewer, limit: Limit = 100, cursor: Cursor = "") -> dict[str, Any]:
    """Batches whose individual numbers were replaced, and whether the sentinel bears witness to it."""
    after = decode(cursor)
    last, found = await parts.db.read(
        lambda session: (stored.last_run(session), stored.maskings(session, after=after, limit=limit + 1))
    )
    await parts.db.write(lambda work: work.record(caller.access("audit.masking.list", "batch", "all")))
    return page([masking_shown(one, last) for one in found], limit=limit, position=lambda item: item["batch_id"])


@router.get("/maskings/{batch_id}/certificate")
async def certificate(batch_id: str, parts: TheParts, caller: Viewer) -> dict[str, Any]:
    """The signed certificate of one batch; refused while a number stands anywhere in clear."""
    last, found = await parts.db.read(lambda session: (stored.last_run(session), stored.masking(session, batch_id)))
    if found is None:
        raise Refusal("not-found")
    shown = masking_certificate(found, last)
    access = caller.access("audit.masking.view", "batch", found.batch_id, case=caller.case or found.batch_id)
    await parts.db.write(lambda work: work.record(access))
    return shown
