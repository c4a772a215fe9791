"""Kind 1: inquiries joined to their answers by seq, compared item by item, decided by the table of rules."""

from typing import Final

import polars as pl

from services.matcher.domain.answers import HELD, KEPT
from services.matcher.domain.compare import EVIDENCE, FOUR_ITEMS, compare_frame, judge_frame
from services.matcher.domain.decision import decide_candidates, decide_frame
from services.matcher.domain.table import IDENTIFIED, REVIEW, Table

SEVERAL: Final = "SEVERAL-CANDIDATES"


def judged(asked: pl.DataFrame, answers: pl.DataFrame, table: Table) -> pl.DataFrame:
    """One row per pair of inquiry and candidate: asked_* beside held_*, each item judged, `differing` named.

    `asked` has seq and the six items; `answers` has seq and the columns KEPT. Judged as the table says.
    """
    ours = asked.select("seq", pl.col(HELD).fill_null("").name.prefix("asked_"))
    theirs = answers.select("seq", pl.col(KEPT)).rename({item: f"held_{item}" for item in HELD})
    pairs = ours.join(theirs, on="seq", how="inner", maintain_order="left_right")
    return compare_frame(pairs, table.means)


def decided(pairs: pl.DataFrame, table: Table) -> pl.DataFrame:
    """One row per seq: outcome ("10" to "50", or "review"), differing, and who was identified or is proposed.

    Columns: seq, outcome, candidate, differing, resident_code, the six items as the registry gave them.
    """
    chosen = verdicts(pairs, table)
    firsts = pairs.join(chosen, on="seq").filter(_is_chosen()).unique("seq", keep="first", maintain_order=True)
    return _row(firsts).sort("seq")


def verdicts(pairs: pl.DataFrame, table: Table) -> pl.DataFrame:
    """One row per seq: outcome, and chosen (the candidate that the rules point at, or null).

    Columns: seq, result, candidate, name, birth, sex, address.
    """
    needed = pairs.select("seq", "result", "candidate", *FOUR_ITEMS)
    crowded = needed["seq"].is_duplicated()
    ones = decide_frame(needed.filter(~crowded), table=table)
    found = [ones.select("seq", pl.col("decision").alias("outcome"), pl.col("candidate").alias("chosen"))]
    if crowded.any():
        crowd = decide_candidates(needed.filter(crowded), table=table)
        found.append(crowd.select("seq", pl.col("decision").alias("outcome"), pl.col("candidate").alias("chosen")))
    return pl.concat(found)


def evidence_of(pairs: pl.DataFrame, chosen: pl.DataFrame) -> pl.DataFrame:
    """What the decisions stood on, in codes only, one row per pair.

    Columns: seq, result, candidate, candidates, name, birth, sex, address (the reason codes of each) and outcome.
    `pairs` as `judged` makes them, `chosen` has seq and outcome.
    """
    items = (pl.col(EVIDENCE[item]).alias(item) for item in FOUR_ITEMS)
    codes = pairs.select("seq", "result", "candidate", pl.len().over("seq").alias("candidates"), *items)
    return codes.join(chosen.select("seq", "outcome"), on="seq", how="left", maintain_order="left")


def decided_again(evidence: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Stored evidence under another table: one row per seq with outcome and chosen, as `verdicts`."""
    pairs = evidence.select("seq", "result", "candidate", *(pl.col(item).alias(EVIDENCE[item]) for item in FOUR_ITEMS))
    return verdicts(judge_frame(pairs, table.means), table)


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
