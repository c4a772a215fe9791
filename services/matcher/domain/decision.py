"""The decision on a provisional inquiry by the table in force: one rule for single cases, the same for columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from services.matcher.domain.compare import Comparison
from services.matcher.domain.items.judgement import AGREES, FOUR_ITEMS, judgement_of
from services.matcher.domain.table import IDENTIFIED, REVIEW, Row, Table, four_items_1

FOUND, NONE, TOO_MANY, REFUSED = "0", "1", "2", "9"
ACCEPTED: Final = "11"
REJECTED: Final = "41"


@dataclass(frozen=True)
class Decision:
    """What the table says of one inquiry; `candidate` is the index of who is identified or proposed to the reviewer."""

    outcome: str
    candidate: int | None
    table: str


def decide(result: str, candidates: Sequence[Comparison], table: Table | None = None) -> Decision:
    """The decision on one inquiry: the registry's result (`0` `1` `2` `9`) and its candidates, each compared."""
    table = table or four_items_1()
    means = table.means
    missing = [sum(judgement_of(item.codes, means) not in AGREES for item in one.items) for one in candidates]
    situation = _situation(result, len(candidates))
    agreeing = [index for index, count in enumerate(missing) if count == 0]
    outcome = next(
        row.outcome
        for row in table.rows
        if row.situation == situation
        and (situation != "one" or _within(missing[0], row.not_agreeing))
        and (situation != "several" or _within(len(agreeing), row.agreeing_in_all))
    )
    proposed = 0 if situation == "one" else agreeing[0] if len(agreeing) == 1 else None
    return Decision(outcome, proposed if outcome in (IDENTIFIED, REVIEW) else None, table.version)


def decide_frame(compared: pl.DataFrame, table: Table | None = None) -> pl.DataFrame:
    """`decide` where each row is one inquiry with one candidate or none: adds decision and table.

    Columns: result, name, birth, sex, address (as `compare_frame` adds them, judged by this table).
    """
    table = table or four_items_1()
    situation = pl.col("result").replace_strict(
        {NONE: "none", REFUSED: "refused", TOO_MANY: "several"}, default="one", return_dtype=pl.String
    )
    in_all = (pl.col("not_agreeing") == 0).cast(pl.Int32)
    counted = compared.with_columns(situation=situation, not_agreeing=_not_agreeing()).with_columns(
        agreeing_in_all=in_all
    )
    decided = counted.with_columns(decision=_outcome(table), table=pl.lit(table.version))
    return decided.drop("situation", "not_agreeing", "agreeing_in_all")


def decide_candidates(compared: pl.DataFrame, table: Table | None = None) -> pl.DataFrame:
    """`decide` for inquiries with any number of candidates, one row each: seq, decision, candidate, table, by seq.

    Columns: seq, candidate, result, name, birth, sex, address. `candidate` in the answer is the identified or
    proposed one's, else null.
    """
    table = table or four_items_1()
    agreeing = pl.col("not_agreeing") == 0
    inquiries = (
        compared.with_columns(not_agreeing=_not_agreeing())
        .group_by("seq")
        .agg(
            pl.col("result").first(),
            pl.len().alias("candidates"),
            pl.col("not_agreeing").first(),
            agreeing.sum().alias("agreeing_in_all"),
            pl.col("candidate").first().alias("first"),
            pl.col("candidate").filter(agreeing).first().alias("agreeing"),
        )
    )
    decided = inquiries.with_columns(situation=_situation_column()).with_columns(decision=_outcome(table))
    one, proposed = pl.col("situation") == "one", pl.col("decision").is_in([IDENTIFIED, REVIEW])
    candidate = pl.when(proposed & one).then("first").when(proposed).then("agreeing")
    return decided.select("seq", "decision", candidate.alias("candidate"), table=pl.lit(table.version)).sort("seq")


def after_review(accepted: bool) -> str:
    """The outcome once a reviewer has said whether it is the same person."""
    return ACCEPTED if accepted else REJECTED


def _situation(result: str, candidates: int) -> str:
    if result in (REFUSED, NONE):
        return "refused" if result == REFUSED else "none"
    if result == TOO_MANY or candidates > 1:
        return "several"
    return "one" if candidates else "none"


def _situation_column() -> pl.Expr:
    result = pl.col("result")
    several = (result == TOO_MANY) | (pl.col("candidates") > 1)
    return (
        pl.when(result == REFUSED)
        .then(pl.lit("refused"))
        .when(result == NONE)
        .then(pl.lit("none"))
        .when(several)
        .then(pl.lit("several"))
        .otherwise(pl.lit("one"))
    )


def _not_agreeing() -> pl.Expr:
    agrees = sorted(AGREES)
    return pl.sum_horizontal(~pl.col(item).cast(pl.String).is_in(agrees) for item in FOUR_ITEMS).cast(pl.Int32)


def _outcome(table: Table) -> pl.Expr:
    """The first row that fits, over columns situation, not_agreeing and agreeing_in_all."""
    outcomes = [pl.when(_fits(row)).then(pl.lit(row.outcome)) for row in table.rows]
    return pl.coalesce(outcomes)


def _fits(row: Row) -> pl.Expr:
    one = (pl.col("situation") != "one") | pl.col("not_agreeing").is_between(*row.not_agreeing)
    several = (pl.col("situation") != "several") | pl.col("agreeing_in_all").is_between(*row.agreeing_in_all)
    return (pl.col("situation") == row.situation) & one & several


def _within(count: int, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= count <= bounds[1]
