"""What matching a part brings forth, slice by slice, before it is committed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import orjson
import polars as pl

from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import ref_of
from services.matcher.storage.tables import Slice
from shared.blobs.columns import get_frame
from shared.ids import new_id

SIDES_PLACE: Final = "review.sides"


@dataclass(frozen=True, slots=True)
class Matched:
    """Rows of all slices together, told apart by `slice` (its position in the batch).

    `replies` has the reply's columns, empty where a person must look first; `told` what the ledger learns at release;
    `evidence` the reason codes that the decisions stood on, a row per candidate; `deaths` who died, `living` who lives
    (services.matcher.domain.deaths).
    """

    replies: pl.DataFrame
    outcome: str
    reviews: Sequence[dict[str, Any]]
    told: pl.DataFrame | None
    rules: str
    evidence: pl.DataFrame | None = None
    deaths: pl.DataFrame | None = None
    living: pl.DataFrame | None = None


def plan_key(plan_number: str) -> str:
    """The name of the key that a plan's people stand under outside the ledger."""
    return f"plan/{plan_number}"


def questions_of(parts: MatcherParts, slices: Sequence[Slice]) -> pl.DataFrame:
    """The questions of a part, with slice and plan beside each row; seq is added where the chunk has none."""
    frames = []
    for one in slices:
        frame = get_frame(parts.blobs, ref_of(one.source))
        if "seq" not in frame.columns:
            frame = frame.with_columns(seq=pl.int_range(one.first_seq, one.first_seq + pl.len(), dtype=pl.Int32))
        place = {"slice": pl.lit(one.position, dtype=pl.Int32), "plan": pl.lit(one.plan_number)}
        frames.append(frame.with_columns(pl.col("seq").cast(pl.Int64), **place))
    return pl.concat(frames)


def seal_reviews(
    parts: MatcherParts, slices: Sequence[Slice], opened: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Review rows out of dicts with slice, seq, serial, reasons, proposed and sides; the sides sealed for the plan."""
    by_position = {one.position: one for one in slices}
    rows: list[dict[str, Any]] = []
    for position, group in groupby(opened, lambda one: one["slice"]):
        some, of = list(group), by_position[position]
        ids = [new_id() for _ in some]
        texts = [orjson.dumps(one["sides"]).decode() for one in some]
        cipher = parts.keyring.field_cipher(plan_key(of.plan_number))
        sealed = cipher.encrypt_many(texts, place=SIDES_PLACE, rows=ids)
        rows += [_row(of, *one) for one in zip(ids, some, sealed, strict=True)]
    return rows


def _row(of: Slice, review_id: str, one: dict[str, Any], sealed: bytes) -> dict[str, Any]:
    return {
        "id": review_id,
        "batch_id": of.batch_id,
        "slice_id": of.id,
        "plan_number": of.plan_number,
        "seq": one["seq"],
        "serial": one["serial"],
        "reasons": one["reasons"],
        "candidates": len(one["sides"]["candidates"]),
        "proposed": one["proposed"],
        "sides": sealed,
    }
