"""J-LIS batches: list, detail, hand-over, answer file, balance, release."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from services.matcher.settings import MatcherParts
from services.matcher.usecases import show_batch as shown
from services.matcher.usecases.hand_over import hand_over
from services.matcher.usecases.release_batch import release_batch
from services.matcher.usecases.store_answer import may_store_answer, store_answer
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page, parts_of, receive, send_blob
from shared.http.paging import decode

routes = APIRouter(prefix="/matcher/v1/batches", tags=["batches"])

PartsOf = Annotated[MatcherParts, Depends(parts_of)]
OnceOf = Annotated[Once, Depends(once)]


@routes.get("")
async def list_batches(
    parts: PartsOf,
    caller: Annotated[Caller, allow("matcher.batch.list")],
    cycle: str = "",
    state: str = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> dict[str, Any]:
    """Batches in the order of making, with their counts."""
    found = await shown.list_batches(parts, cycle=cycle, state=state, after=decode(cursor), limit=limit + 1)
    return page(found, limit=limit, position=lambda one: one["id"])


@routes.get("/{batch_id}")
async def show_batch(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.batch.list")], batch_id: str
) -> dict[str, Any]:
    """State, counts, balance and progress of one batch."""
    return await shown.show_batch(parts, batch_id)


@routes.get("/{batch_id}/inquiry-file")
async def get_inquiry_file(
    request: Request, parts: PartsOf, caller: Annotated[Caller, allow("matcher.batch.hand_over")], batch_id: str
) -> Response:
    """The file for J-LIS; marks the hand-over. The record of it is committed before the first byte."""
    file = await hand_over(parts, caller, batch_id)
    return send_blob(
        parts.blobs,
        file,
        media_type="text/csv; charset=utf-8",
        filename=f"jlis-inquiry-{batch_id}.csv",
        request=request,
    )


@routes.put("/{batch_id}/answer-file", status_code=202)
async def put_answer_file(
    request: Request, parts: PartsOf, caller: Annotated[Caller, allow("matcher.batch.store_answer")], batch_id: str
) -> dict[str, str]:
    """J-LIS's answers, as a stream. The check and the matching follow; ask for the batch's state."""
    await may_store_answer(parts, batch_id)
    writer = parts.blobs.create(purpose="jlis-answer", key="jlis")
    file = await receive(request, writer, limit=parts.settings.answer_limit_bytes)
    return {"id": batch_id, "state": await store_answer(parts, caller, batch_id, file)}


@routes.get("/{batch_id}/balance")
async def get_balance(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.batch.list")], batch_id: str
) -> dict[str, Any]:
    """Every hop: what went in and where it is; the records that break the balance by serial and seq."""
    return await shown.show_balance(parts, batch_id)


@routes.post("/{batch_id}/release")
async def post_release(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.batch.release")], once: OnceOf, batch_id: str
) -> dict[str, Any]:
    """Release the replies of a batch; needs a second person's approval and a balanced batch."""
    return await release_batch(parts, caller, batch_id, once)
