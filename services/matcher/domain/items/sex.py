"""Sex: `1` male, `2` female; anything else that a side holds cannot be judged."""

import polars as pl

from services.matcher.domain.items.judgement import Judged, code_when
from shared.people.characters import without_marks
from shared.people.columns.characters import without_marks_column

_KNOWN = ("1", "2")


def judge_sex(asked: str, held: str) -> Judged:
    """The SEX-… reasons of one sex."""
    codes = without_marks(asked), without_marks(held)
    if "" in codes:
        return Judged(("SEX-MISSING",))
    if not set(codes) <= set(_KNOWN):
        return Judged(("SEX-UNREADABLE",))
    if codes[0] != codes[1]:
        return Judged(("SEX-DIFFERS",))
    return Judged() if asked == held else Judged(("SEX-FORM",))


def judge_sexes(rows: pl.DataFrame) -> pl.DataFrame:
    """`judge_sex` over asked_sex and held_sex: column codes."""
    asked, held = pl.col("asked"), pl.col("held")
    folded = rows.select(
        asked=without_marks_column(pl.col("asked_sex")),
        held=without_marks_column(pl.col("held_sex")),
        exact=pl.col("asked_sex") == pl.col("held_sex"),
    )
    code = (
        pl.when((asked == "") | (held == ""))
        .then(pl.lit("SEX-MISSING"))
        .when(~(asked.is_in(_KNOWN) & held.is_in(_KNOWN)))
        .then(pl.lit("SEX-UNREADABLE"))
        .when(asked != held)
        .then(pl.lit("SEX-DIFFERS"))
        .otherwise(code_when(~pl.col("exact"), "SEX-FORM"))
    )
    return folded.select(code.alias("codes"))
