"""Kind 1: inquiries joined to their answers by seq, compared item by item, decided by the table of rules."""

from datetime import date
from typing import Final

import polars as pl

from services.matcher.domain.answers import HELD, KEPT
from services.matcher.domain.compare import compare_frame
from services.matcher.domain.decision import REVIEW, Table, decide_candidates, decide_frame, table_for

IDENTIFIED: Final = "10"
SEVERAL: Final = "SEVERAL-CANDIDATES"


def table_of(day: date) -> Table:
    """The decision table in force on a day; a decision stores its version."""
    return table_for(day)


def judged(asked: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """One row per pair of inquiry and candidate: asked_* beside held_*, each item judged, `differing` named.

    `asked` has seq and the six items; `answers` has seq and the columns KEPT.
    """
    ours = asked.select("seq", pl.col(HELD).fill_null("").name.prefix("asked_"))
    theirs = answers.select("seq", pl.col(KEPT)).rename({item: f"held_{item}" for item in HELD})
    pairs = ours.join(theirs, on="seq", how="inner", maintain_order="left_right")
    return compare_frame(pairs)


def decided(pairs: pl.DataFrame, table: Table) -> pl.DataFrame:
    """One row per seq: outcome ("10" to "50", or "review"), differing, and who was identified or is proposed.

    Columns: seq, outcome, candidate, differing, resident_code, the six items as the registry gave them.
    """
    lone = pairs.filter(pl.len().over("seq") == 1)
    crowd = pairs.filter(pl.len().over("seq") > 1)
    ones = decide_frame(lone, table=table).with_columns(outcome=pl.col("decision"))
    parts = [_row(ones)]
    if crowd.height:
        verdicts = decide_candidates(crowd, table=table)
        chosen = verdicts.select("seq", pl.col("decision").alias("outcome"), pl.col("candidate").alias("chosen"))
        firsts = crowd.join(chosen, on="seq").filter(_is_chosen()).unique("seq", keep="first", maintain_order=True)
        parts.append(_row(firsts))
    return pl.concat(parts).sort("seq")


def _is_chosen() -> pl.Expr:
    """The candidate that the rules point at; where they point at none, any one stands for the seq."""
    return pl.col("chosen").is_null() | (pl.col("candidate") == pl.col("chosen"))


def _row(pairs: pl.DataFrame) -> pl.DataFrame:
    """Differing items are told where one person was compared; several people have none in particular."""
    one_person = pl.col("outcome").is_in([IDENTIFIED, "40", REVIEW])
    return pairs.select(
        "seq",
        "outcome",
        "candidate",
        pl.when(one_person).then("differing").otherwise(pl.lit("")).alias("differing"),
        "resident_code",
        *(pl.col(f"held_{item}").alias(item) for item in HELD),
    )
