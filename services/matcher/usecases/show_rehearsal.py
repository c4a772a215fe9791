"""A rehearsal's progress, its counts, and every inquiry whose outcome would change: codes only."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

import polars as pl

from services.matcher.domain.items.judgement import FOUR_ITEMS, SEPARATOR
from services.matcher.domain.rehearsal import Count, summary, summed
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import ref_of
from services.matcher.storage.rules import (
    Rehearsal,
    RehearsedSlice,
    rehearsal_of,
    rehearsals_of,
    rehearsed_slices,
    rule_table_of,
)
from shared.blobs.columns import get_frame
from shared.blobs.errors import BlobGone
from shared.refusals import Refusal


async def list_rehearsals(parts: MatcherParts, version: str, *, after: str, limit: int) -> list[dict[str, Any]]:
    """A version's rehearsals in the order of asking, each with its progress and counts."""
    await parts.db.read(lambda session: rule_table_of(session, version))
    found = await parts.db.read(lambda session: rehearsals_of(session, version, after=after, limit=limit))
    return [await show_rehearsal(parts, one.id) for one in found]


async def show_rehearsal(parts: MatcherParts, rehearsal_id: str) -> dict[str, Any]:
    """Progress and counts. Refusal `not-found`."""
    return await parts.db.read(
        lambda session: report(rehearsal_of(session, rehearsal_id), rehearsed_slices(session, rehearsal_id))
    )


def report(rehearsal: Rehearsal, slices: Sequence[RehearsedSlice]) -> dict[str, Any]:
    """What is known so far; the figures are of the rows done."""
    counts = summed(counts_in(one) for one in slices)
    return {
        "id": rehearsal.id,
        "version": rehearsal.version,
        "batch_id": rehearsal.batch_id,
        "state": rehearsal.state,
        "progress": {"rows_done": sum(one.rows for one in slices), "rows": rehearsal.rows},
        "summary": summary(counts).told(),
        "outcomes": [
            {"old": old, "reviewed": reviewed, "new": new, "inquiries": number} for old, reviewed, new, number in counts
        ],
        "asked_by": rehearsal.asked_by,
        "asked_at": rehearsal.asked_at,
        "done_at": rehearsal.done_at,
    }


def counts_in(one: RehearsedSlice) -> list[Count]:
    """A slice's counts as the rules know them."""
    return [(old, reviewed, new, number) for old, reviewed, new, number in one.counts]


async def list_changes(parts: MatcherParts, rehearsal_id: str, *, after: int, limit: int) -> list[dict[str, Any]]:
    """Inquiries beyond `after` whose outcome changes, by seq. Refusal `evidence-gone` once they are destroyed."""
    await parts.db.read(lambda session: rehearsal_of(session, rehearsal_id))
    slices = await parts.db.read(lambda session: rehearsed_slices(session, rehearsal_id))
    return await asyncio.to_thread(_changes, parts, slices, after, limit)


def _changes(parts: MatcherParts, slices: Sequence[RehearsedSlice], after: int, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for one in slices:
        if one.changes is None or one.first_seq + one.rows <= after + 1:
            continue
        found.extend(_changed(_frame(parts, one).filter(pl.col("seq") > after), limit - len(found)))
        if len(found) == limit:
            break
    return found


def _frame(parts: MatcherParts, one: RehearsedSlice) -> pl.DataFrame:
    try:
        return get_frame(parts.blobs, ref_of(one.changes))
    except BlobGone as gone:
        raise Refusal("evidence-gone") from gone


def _changed(rows: pl.DataFrame, limit: int) -> Iterator[dict[str, Any]]:
    wanted = rows["seq"].unique(maintain_order=True).head(limit)
    kept = rows.filter(pl.col("seq").is_in(wanted.implode())).sort("seq", "candidate")
    for seq, group in groupby(kept.to_dicts(), lambda row: row["seq"]):
        some = list(group)
        yield {
            "seq": seq,
            **{name: some[0][name] for name in ("old", "reviewed", "new")},
            "candidates": [
                {"candidate": row["candidate"], "evidence": {item: _codes(row[item]) for item in FOUR_ITEMS}}
                for row in some
            ],
        }


def _codes(text: str) -> list[str]:
    return text.split(SEPARATOR) if text else []
