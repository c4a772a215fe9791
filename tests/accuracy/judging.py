"""The three ways to decide on labelled inquiries: our rules, the four raw items as they are, Splink's scores.

Each gives one row per inquiry: seq, outcome ("10" found, "review", else not found), own (is the chosen candidate the
person asked for), and what the labels say.
"""

from typing import Final

import polars as pl

from services.matcher.domain.compare import compare_frame
from services.matcher.domain.decision import decide_candidates

IDENTIFIED, REVIEW = "10", "review"
LABELS: Final = ("arm", "what", "kinds", "present", "right", "wrong")
RAW: Final = ("name_kanji", "birth_date", "sex", "address")
CERTAIN, POSSIBLE = 0.99, 0.5  # of Splink: found from here, shown to a person from here


def ours(pairs: pl.DataFrame) -> pl.DataFrame:
    """The matcher's own comparing and deciding, with the decision table that is in force by default."""
    compared = compare_frame(pairs.filter(pl.col("result") == "0"))
    lone = pairs.filter(pl.col("result") != "0")
    decided = decide_candidates(compared).select("seq", pl.col("decision").alias("outcome"), "candidate")
    bare = lone.select("seq", outcome=pl.when(pl.col("result") == "1").then(pl.lit("20")).otherwise(pl.lit("30")))
    chosen = pl.concat([decided, bare.with_columns(candidate=pl.lit(None, pl.Int64))], how="vertical_relaxed")
    return _labelled(pairs, chosen)


def exact(pairs: pl.DataFrame) -> pl.DataFrame:
    """Name, date, sex and address as they stand, counted by the same table of decisions."""
    agrees = pl.sum_horizontal(
        ((pl.col(f"asked_{item}") == pl.col(f"held_{item}")) & (pl.col(f"asked_{item}") != "")).cast(pl.Int32)
        for item in RAW
    )
    outcome = pl.when("certain").then(pl.lit(IDENTIFIED)).when("possible").then(pl.lit(REVIEW)).otherwise(pl.lit("40"))
    counted = pairs.with_columns(certain=agrees == len(RAW), possible=agrees == len(RAW) - 1)
    return _labelled(pairs, _one_of(counted, outcome))


def splink(pairs: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """Splink's probability of a match (seq, candidate, probability): certain, possible or neither."""
    scored = pairs.join(scores, on=["seq", "candidate"], how="left", maintain_order="left")
    probability = pl.col("probability").fill_null(0.0)
    outcome = pl.when("certain").then(pl.lit(IDENTIFIED)).when("possible").then(pl.lit(REVIEW)).otherwise(pl.lit("40"))
    counted = scored.with_columns(certain=probability >= CERTAIN, possible=probability >= POSSIBLE)
    return _labelled(pairs, _one_of(counted, outcome))


def _one_of(counted: pl.DataFrame, outcome: pl.Expr) -> pl.DataFrame:
    """One candidate is judged as it is; of several, one that alone is certain is shown to a person."""
    told = pl.col("result") == "0"
    inquiries = counted.group_by("seq", maintain_order=True).agg(
        pl.col("result").first(),
        pl.len().alias("offered"),
        (pl.col("certain") & told).sum().alias("certain_ones"),
        (pl.col("certain") & told).any().alias("certain"),
        (pl.col("possible") & told).any().alias("possible"),
        pl.col("candidate").filter(pl.col("certain")).first().alias("best"),
        pl.col("candidate").first().alias("first"),
    )
    several = pl.when(pl.col("certain_ones") == 1).then(pl.lit(REVIEW)).otherwise(pl.lit("30"))
    return inquiries.select(
        "seq",
        outcome=pl.when(pl.col("result") != "0")
        .then(pl.lit("20"))
        .when(pl.col("offered") > 1)
        .then(several)
        .otherwise(outcome),
        candidate=pl.coalesce("best", "first"),
    )


def _labelled(pairs: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """Beside each decision what is true of it; nobody chosen is nobody found wrongly."""
    labels = pairs.unique("seq", keep="first", maintain_order=True).select("seq", *LABELS)
    candidates = pairs.select("seq", "candidate", "own", "tellable")
    return (
        labels.join(chosen, on="seq", how="left", maintain_order="left")
        .join(candidates, on=["seq", "candidate"], how="left", maintain_order="left")
        .with_columns(pl.col("own").fill_null(False), pl.col("tellable").fill_null(True))
    )
