"""Sex: `1` male, `2` female; anything else that a side holds cannot be judged."""

import polars as pl

from services.matcher.domain.items.judgement import BY_RULE, CANNOT_JUDGE, DIFFERS, MISSING, SAME, Judged
from shared.people.characters import without_marks, without_marks_column

_KNOWN = ("1", "2")


def judge_sex(asked: str, held: str) -> Judged:
    """The judgement of one sex, and SEX-… codes."""
    codes = without_marks(asked), without_marks(held)
    if "" in codes:
        return Judged(MISSING, ("SEX-UNCLEAR",))
    if not set(codes) <= set(_KNOWN):
        return Judged(CANNOT_JUDGE, ("SEX-UNCLEAR",))
    if codes[0] != codes[1]:
        return Judged(DIFFERS, ("SEX-DIFFERS",))
    return Judged(SAME if asked == held else BY_RULE)


def judge_sexes(rows: pl.DataFrame) -> pl.DataFrame:
    """`judge_sex` over asked_sex and held_sex: columns judgement and codes."""
    asked, held = pl.col("asked"), pl.col("held")
    folded = rows.select(
        asked=without_marks_column(pl.col("asked_sex")),
        held=without_marks_column(pl.col("held_sex")),
        exact=pl.col("asked_sex") == pl.col("held_sex"),
    )
    judgement = (
        pl.when((asked == "") | (held == ""))
        .then(pl.lit(MISSING))
        .when(~(asked.is_in(_KNOWN) & held.is_in(_KNOWN)))
        .then(pl.lit(CANNOT_JUDGE))
        .when(asked != held)
        .then(pl.lit(DIFFERS))
        .when(pl.col("exact"))
        .then(pl.lit(SAME))
        .otherwise(pl.lit(BY_RULE))
    )
    code = {MISSING: "SEX-UNCLEAR", CANNOT_JUDGE: "SEX-UNCLEAR", DIFFERS: "SEX-DIFFERS", SAME: "", BY_RULE: ""}
    judged = folded.select(judgement.alias("judgement"))
    return judged.with_columns(pl.col("judgement").replace_strict(code, return_dtype=pl.String).alias("codes"))
