"""J-LIS batches: list, detail, hand-over, answer file, balance, release."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import (
    batch_of,
    batches,
    parts_of_batch,
    replies_of,
    reviews_decided,
    reviews_open,
    slices_of,
)
from services.matcher.storage.tables import Batch
from services.matcher.usecases.balance_batch import balance_batch, shown
from services.matcher.usecases.hand_over import hand_over
from services.matcher.usecases.release_batch import release_batch
from services.matcher.usecases.store_answer import may_store_answer, store_answer
from shared.auth.allow import allow
from shared.auth.caller import Caller
from shared.http import Cursor, Limit, Once, once, page, parts_of, receive, send_blob
from shared.http.paging import decode
from sqlmodel import Session

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
    after = decode(cursor)
    found = await parts.db.read(
        lambda session: batches(session, cycle=cycle, state=state, after=after, limit=limit + 1)
    )
    listed = page(found, limit=limit, position=lambda one: one.id)
    return {"items": [_summary(one) for one in listed["items"]], "next_cursor": listed["next_cursor"]}


@routes.get("/{batch_id}")
async def show_batch(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.batch.list")], batch_id: str
) -> dict[str, Any]:
    """State, counts, balance and progress of one batch."""
    detail = await parts.db.read(lambda session: _detail(session, batch_id))
    _, sheet = await balance_batch(parts, batch_id)
    batch = await parts.db.read(lambda session: batch_of(session, batch_id))
    return detail | {"balance": shown(batch, sheet)}


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
) -> Mapping[str, Any]:
    """Every hop: what went in and where it is; the records that break the balance by serial and seq."""
    batch, sheet = await balance_batch(parts, batch_id)
    return shown(batch, sheet)


@routes.post("/{batch_id}/release")
async def post_release(
    parts: PartsOf, caller: Annotated[Caller, allow("matcher.batch.release")], once: OnceOf, batch_id: str
) -> dict[str, Any]:
    """Release the replies of a batch; needs a second person's approval and a balanced batch."""
    return await release_batch(parts, caller, batch_id, once)


def _summary(batch: Batch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "cycle": batch.cycle,
        "kind": batch.kind,
        "state": batch.state,
        "counts": {
            "inquiries": batch.inquiries,
            "asked": batch.asked,
            "not_asked": batch.inquiries - batch.asked,
            "requests": batch.requests,
            "parts": batch.part_count,
        },
        "made_at": batch.made_at,
    }


def _detail(session: Session, batch_id: str) -> dict[str, Any]:
    batch = batch_of(session, batch_id)
    summary = _summary(batch)
    summary["counts"] |= {
        "outcomes": _outcomes(session, batch_id),
        "in_review": reviews_open(session, batch_id),
        "replies": len(replies_of(session, batch_id)),
        "masked": batch.numbers_masked,
    }
    done = sum(1 for part in parts_of_batch(session, batch_id) if part.state == "done")
    return summary | {
        "progress": {"parts_done": done, "parts": batch.part_count},
        "registry_as_of": batch.registry_as_of,
        "rules": batch.rules,
        "ready_at": batch.ready_at,
        "handed_over_at": batch.handed_over_at,
        "answered_at": batch.answered_at,
        "matched_at": batch.matched_at,
        "released_at": batch.released_at,
        "completed_at": batch.completed_at,
        "masked_at": batch.masked_at,
        "cleared_at": batch.cleared_at,
    }


def _outcomes(session: Session, batch_id: str) -> dict[str, int]:
    counted = reviews_decided(session, batch_id)
    for one in slices_of(session, batch_id):
        for outcome, count in one.outcomes.items():
            counted[outcome] = counted.get(outcome, 0) + count
    return dict(sorted(counted.items()))
