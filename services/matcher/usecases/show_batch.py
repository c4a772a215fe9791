"""Tell where batches stand: counts only, never people."""

from typing import Any

from sqlmodel import Session

from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import batches, outcomes_of, parts_of_batch, reviews_open
from services.matcher.storage.replies import replies_of
from services.matcher.storage.tables import Batch
from services.matcher.usecases.balance_batch import balance_batch, shown
from services.matcher.usecases.confirm_deaths import deaths_shown


async def list_batches(parts: MatcherParts, *, cycle: str, state: str, after: str, limit: int) -> list[dict[str, Any]]:
    """Batches in the order of making, after the one named, at most `limit`."""
    found = await parts.db.read(lambda session: batches(session, cycle=cycle, state=state, after=after, limit=limit))
    return [_summary(one) for one in found]


async def show_batch(parts: MatcherParts, batch_id: str) -> dict[str, Any]:
    """State, counts, balance and progress of one batch."""
    batch, sheet = await balance_batch(parts, batch_id)
    detail = await parts.db.read(lambda session: _detail(session, batch))
    return detail | {"balance": shown(batch, sheet)}


async def show_balance(parts: MatcherParts, batch_id: str) -> dict[str, Any]:
    """Every hop of a batch, and the records that break its balance."""
    return shown(*await balance_batch(parts, batch_id))


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


def _detail(session: Session, batch: Batch) -> dict[str, Any]:
    summary = _summary(batch)
    summary["counts"] |= {
        "outcomes": outcomes_of(session, batch.id),
        "in_review": reviews_open(session, batch.id),
        "replies": len(replies_of(session, batch.id)),
        "masked": batch.numbers_masked,
    }
    done = sum(1 for part in parts_of_batch(session, batch.id) if part.state == "done")
    times = ("ready", "handed_over", "answered", "matched", "released", "completed", "masked", "cleared")
    return summary | {
        "progress": {"parts_done": done, "parts": batch.part_count},
        "deaths": deaths_shown(session, batch.id),
        "registry_as_of": batch.registry_as_of,
        "rules": batch.rules,
        **{f"{name}_at": getattr(batch, f"{name}_at") for name in times},
    }
