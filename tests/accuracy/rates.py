"""Counts and rates of decided inquiries, block by block: nothing grows with their number but a few examples."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import sqrt
from statistics import NormalDist
from typing import Any, Final

import polars as pl

FOUND: Final = "10"
REVIEW: Final = "review"
TRUE_ARMS: Final = ("alone", "mix")
_BY: Final = ("arm", "what", "outcome", "own", "tellable", "present", "right")
_Z: Final = NormalDist().inv_cdf(0.975)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson); (0, 1) of nothing."""
    if not of:
        return 0.0, 1.0
    share, square = hits / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = _Z / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def none_in(of: int) -> float:
    """The share that cannot be excluded with 95 % where none was seen in that many (exact, one-sided)."""
    return float(1 - 0.05 ** (1 / of)) if of else 1.0


@dataclass
class Tally:
    """The counts of one way to decide."""

    name: str
    counts: pl.DataFrame | None = None
    in_mix: pl.DataFrame | None = None
    false_found: list[dict[str, Any]] = field(default_factory=list)
    not_found: list[dict[str, Any]] = field(default_factory=list)

    def add(self, decided: pl.DataFrame, pairs: pl.DataFrame, examples: int) -> None:
        """One more block: its decisions (see `judging`) and, for the examples, the pairs themselves."""
        self.counts = _summed(self.counts, decided.group_by(_BY).agg(n=pl.len()), _BY)
        kinds = decided.filter(pl.col("arm") == "mix").select(pl.col("kinds").str.split(";").alias("kind"), "outcome")
        told = kinds.explode("kind").group_by("kind", "outcome").agg(n=pl.len())
        self.in_mix = _summed(self.in_mix, told, ("kind", "outcome"))
        wrong = decided.filter((pl.col("outcome") == FOUND) & ~pl.col("own") & pl.col("tellable"))
        missed = decided.filter(
            pl.col("arm").is_in(TRUE_ARMS) & (pl.col("right") >= 3) & ~pl.col("outcome").is_in([FOUND, REVIEW])
        )
        self.false_found += _examples(wrong, pairs, examples - len(self.false_found))
        self.not_found += _examples(missed, pairs, min(5, examples - len(self.not_found)))

    def of(self, *conditions: pl.Expr) -> int:
        """How many decisions meet all of these."""
        assert self.counts is not None
        return int(self.counts.filter(*conditions)["n"].sum())

    def share(self, hit: pl.Expr, *among: pl.Expr) -> dict[str, Any]:
        """Count, of how many, share and its interval."""
        hits, of = self.of(hit, *among), self.of(*among)
        low, high = wilson(hits, of)
        return {"n": hits, "of": of, "share": hits / of if of else None, "low": low, "high": high}


def _summed(before: pl.DataFrame | None, more: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    return more if before is None else pl.concat([before, more]).group_by(by).agg(pl.col("n").sum())


def _examples(decided: pl.DataFrame, pairs: pl.DataFrame, count: int) -> list[dict[str, Any]]:
    if count <= 0 or decided.is_empty():
        return []
    texts = [name for name in pairs.columns if name.startswith(("asked_", "held_"))]
    chosen = decided.head(count).with_columns(pl.col("candidate").fill_null(1))
    rows = chosen.join(pairs.select("seq", "candidate", *texts), on=["seq", "candidate"])
    return rows.select("outcome", "what", "kinds", *texts).to_dicts()


_IS_FOUND, _IS_REVIEW = pl.col("outcome") == FOUND, pl.col("outcome") == REVIEW
_NOT_FOUND = ~(_IS_FOUND | _IS_REVIEW)
_STRANGER = ~pl.col("own")


def summary(tally: Tally) -> dict[str, Any]:
    """The figures of one way to decide."""
    true, mix = pl.col("arm").is_in(TRUE_ARMS), pl.col("arm") == "mix"
    known, three = pl.col("right") == 4, pl.col("right") >= 3
    here = (pl.col("arm") == "search") & pl.col("present")
    false_found = tally.of(_IS_FOUND, _STRANGER, pl.col("tellable"))
    inquiries = tally.of(pl.lit(True))
    return {
        "inquiries": inquiries,
        "false_found": {
            "n": false_found,
            "at_most": none_in(inquiries) if not false_found else wilson(false_found, inquiries)[1],
            "strangers": tally.share(_IS_FOUND & pl.col("tellable"), pl.col("arm") == "stranger"),
            "too_little_said": tally.of(_IS_FOUND, _STRANGER, ~pl.col("tellable")),
        },
        "true_pairs": {
            "mix: found": tally.share(_IS_FOUND, mix),
            "mix: review": tally.share(_IS_REVIEW, mix),
            "mix: review, all four right": tally.share(_IS_REVIEW, mix, known),
            "mix: review without need, of all": tally.share(_IS_REVIEW & known, mix),
            "mix: not found": tally.share(_NOT_FOUND, mix),
            "mix: not found, three right": tally.share(_NOT_FOUND, mix, three),
            "each kind alone: review": tally.share(_IS_REVIEW, pl.col("arm") == "alone"),
            "each kind alone: review, all four right": tally.share(_IS_REVIEW, pl.col("arm") == "alone", known),
            "each kind alone: not found": tally.share(_NOT_FOUND, pl.col("arm") == "alone"),
            "all: not found, three right": tally.share(_NOT_FOUND, true, three),
        },
        "search": {
            "found": tally.share(_IS_FOUND & pl.col("own"), here),
            "review": tally.share(_IS_REVIEW, here),
            "not found": tally.share(_NOT_FOUND, here),
            "not found, three right": tally.share(_NOT_FOUND, here, three),
            "of those, never offered": tally.share(pl.col("outcome") == "20", here, three),
        },
        "kinds": {what: _kind(tally, "alone", what) for what in _whats(tally, "alone")},
        "strangers": {what: _kind(tally, "stranger", what) for what in _whats(tally, "stranger")},
        "in_mix": _in_mix(tally),
    }


def _whats(tally: Tally, arm: str) -> Iterator[str]:
    assert tally.counts is not None
    yield from tally.counts.filter(pl.col("arm") == arm)["what"].unique().sort().to_list()


def _kind(tally: Tally, arm: str, what: str) -> dict[str, Any]:
    these = ((pl.col("arm") == arm) & (pl.col("what") == what),)
    of = tally.of(*these)
    found, review = tally.of(_IS_FOUND, *these), tally.of(_IS_REVIEW, *these)
    told = {"of": of, "found": found, "review": review, "not_found": of - found - review}
    if arm == "stranger":
        return told | {"false_found": tally.of(_IS_FOUND, pl.col("tellable"), *these)}
    assert tally.counts is not None
    right = int(tally.counts.filter(*these)["right"].max())  # type: ignore[arg-type]
    return told | {
        "items_right": right,
        "review_95": wilson(review, of),
        "not_found_95": wilson(of - found - review, of),
    }


def _in_mix(tally: Tally) -> dict[str, dict[str, int]]:
    """Kind by kind how the records of the mix fared that it befell, whatever else befell them."""
    assert tally.in_mix is not None
    told: dict[str, dict[str, int]] = {}
    for kind, outcome, count in tally.in_mix.select("kind", "outcome", "n").sort("kind").iter_rows():
        counts = told.setdefault(kind or "nothing", {"found": 0, "review": 0, "not_found": 0})
        counts[{FOUND: "found", REVIEW: "review"}.get(outcome, "not_found")] += count
    return told


def aims(ours: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """What is aimed at, what was measured, and whether it was met."""
    wrong, true = ours["false_found"]["n"], ours["true_pairs"]
    review, needless = true["mix: review"]["share"], true["mix: review without need, of all"]["share"]
    lost = true["all: not found, three right"]["share"]
    return [
        ("no false found", f"{wrong:,} in {ours['inquiries']:,} inquiries", wrong == 0),
        ("fewer than 1 % of true pairs in review without need", f"{needless:.3%}", needless < 0.01),
        ("fewer than 1 % of true pairs in review at all", f"{review:.3%}", review < 0.01),
        ("not found wrongly < 0.1 % where three items are right", f"{lost:.4%}", lost < 0.001),
    ]
