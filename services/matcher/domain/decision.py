"""The decision table of provisional inquiries: dated data, one rule for single cases and the same for columns."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

import polars as pl

from services.matcher.domain.compare import AGREES, FOUR_ITEMS, Comparison

IDENTIFIED: Final = "10"
REVIEW: Final = "review"
OUTCOMES = frozenset({IDENTIFIED, "20", "30", "40", "50", REVIEW})
SITUATIONS = ("none", "one", "several", "refused")
FOUND, NONE, TOO_MANY, REFUSED = "0", "1", "2", "9"
_ANY_NUMBER: Mapping[str, int] = {"least": 0, "most": 2**31 - 1}


@dataclass(frozen=True)
class Row:
    """One row: the situation, how many items do not agree (one candidate), how many candidates agree in all four."""

    situation: str
    not_agreeing: tuple[int, int]
    agreeing_in_all: tuple[int, int]
    outcome: str
    ja: str
    en: str


@dataclass(frozen=True)
class Table:
    """A decision table; a decision stores its version."""

    version: str
    in_force_from: date
    ja: str
    en: str
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        """A table that would choose among several, or decide what does not exist, is no table."""
        for row in self.rows:
            if row.outcome not in OUTCOMES or row.situation not in SITUATIONS:
                raise ValueError(f"{self.version}: unknown {row.situation} or {row.outcome}")
            if row.outcome == IDENTIFIED and (row.situation != "one" or row.not_agreeing[1] > 0):
                raise ValueError(f"{self.version}: only one agreeing candidate is identified without review")
        if {row.situation for row in self.rows} != set(SITUATIONS):
            raise ValueError(f"{self.version}: a situation has no row")


@dataclass(frozen=True)
class Decision:
    """What the table says of one inquiry; `candidate` is the index of who is identified or proposed to the reviewer."""

    outcome: str
    candidate: int | None
    table: str


@cache
def tables() -> tuple[Table, ...]:
    """Every table, oldest first."""
    folder = files("services.matcher.domain") / "rules"
    found = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    return tuple(
        sorted((_table(tomllib.loads(file.read_text("utf-8"))) for file in found), key=lambda t: t.in_force_from)
    )


def four_items_1() -> Table:
    """The default table."""
    return next(table for table in tables() if table.version == "four-items-1")


def table_for(day: date) -> Table:
    """The table in force on a day; before the first one, the first."""
    in_force = [table for table in tables() if table.in_force_from <= day]
    return in_force[-1] if in_force else tables()[0]


def decide(result: str, candidates: Sequence[Comparison], table: Table | None = None) -> Decision:
    """The decision on one inquiry: the registry's result (`0` `1` `2` `9`) and its candidates, each compared."""
    table = table or four_items_1()
    missing = [sum(judgement not in AGREES for judgement in candidate.judgements) for candidate in candidates]
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

    Columns: result, name, birth, sex, address (as `compare_frame` adds them).
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
    return "11" if accepted else "41"


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


def _table(data: Mapping[str, Any]) -> Table:
    return Table(
        data["version"], data["in_force_from"], data["ja"], data["en"], tuple(_row(row) for row in data["rows"])
    )


def _row(data: Mapping[str, Any]) -> Row:
    bounds = (data.get(name, _ANY_NUMBER) for name in ("not_agreeing", "agreeing_in_all"))
    items, people = ((bound["least"], bound["most"]) for bound in bounds)
    return Row(data["situation"], items, people, data["outcome"], data["ja"], data["en"])
