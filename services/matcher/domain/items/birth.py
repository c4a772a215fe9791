"""The date of birth. Registers hold unknown and impossible days: their year, and their month if there is one, count."""

import re

import polars as pl

from services.matcher.domain.items.judgement import BY_RULE, CANNOT_JUDGE, DIFFERS, MISSING, PARTLY, SAME, Judged
from shared.people.dates import western, western_column

_SHAPE = "^[0-9]{8}$"


def judge_birth(asked: str, held: str) -> Judged:
    """The judgement of one date of birth, and BIRTH-… codes."""
    judgement = _judged(asked.strip(" "), held.strip(" "))
    if judgement in (SAME, BY_RULE):
        return Judged(judgement)
    return Judged(judgement, ("BIRTH-UNCLEAR" if judgement in (MISSING, CANNOT_JUDGE) else "BIRTH-DIFFERS",))


def judge_births(rows: pl.DataFrame) -> pl.DataFrame:
    """`judge_birth` over asked_birth_date and held_birth_date: columns judgement and codes."""
    sides = [
        column
        for side in ("asked", "held")
        for column in _side_columns(pl.col(f"{side}_birth_date").str.strip_chars(" "), side)
    ]
    judged = rows.select(sides).select(_judgement().alias("judgement"))
    unclear = pl.col("judgement").is_in([MISSING, CANNOT_JUDGE])
    agrees = pl.col("judgement").is_in([SAME, BY_RULE])
    code = (
        pl.when(agrees).then(pl.lit("")).when(unclear).then(pl.lit("BIRTH-UNCLEAR")).otherwise(pl.lit("BIRTH-DIFFERS"))
    )
    return judged.with_columns(code.alias("codes"))


def _judged(asked: str, held: str) -> str:
    if not asked or not held:
        return MISSING
    if asked == held:
        return SAME
    days = western(asked), western(held)
    if all(days):
        return BY_RULE if days[0] == days[1] else DIFFERS
    years, months = zip(_year_month(asked), _year_month(held), strict=True)
    if "" in years:
        return CANNOT_JUDGE
    return PARTLY if years[0] == years[1] and ("" in months or months[0] == months[1]) else DIFFERS


def _year_month(text: str) -> tuple[str, str]:
    """Year and month as far as they are known; empty when not."""
    day = western(text) or (text if re.fullmatch(_SHAPE[1:-1], text) else "")
    year, month = day[:4], day[4:6]
    return ("" if year == "0000" else year, month if "01" <= month <= "12" else "")


def _side_columns(text: pl.Expr, side: str) -> tuple[pl.Expr, ...]:
    shaped = pl.when(text.str.contains(_SHAPE)).then(text)
    day = pl.coalesce(western_column(text), shaped).fill_null("")
    year, month = day.str.slice(0, 4), day.str.slice(4, 2)
    return (
        text.alias(f"{side}_text"),
        western_column(text).alias(f"{side}_day"),
        pl.when(year != "0000").then(year).otherwise(pl.lit("")).alias(f"{side}_year"),
        pl.when(month.is_between(pl.lit("01"), pl.lit("12"))).then(month).otherwise(pl.lit("")).alias(f"{side}_month"),
    )


def _either_empty(part: str) -> pl.Expr:
    return (pl.col(f"asked_{part}") == "") | (pl.col(f"held_{part}") == "")


def _alike(part: str) -> pl.Expr:
    return pl.col(f"asked_{part}") == pl.col(f"held_{part}")


def _judgement() -> pl.Expr:
    both_days = pl.col("asked_day").is_not_null() & pl.col("held_day").is_not_null()
    return (
        pl.when(_either_empty("text"))
        .then(pl.lit(MISSING))
        .when(_alike("text"))
        .then(pl.lit(SAME))
        .when(both_days & _alike("day"))
        .then(pl.lit(BY_RULE))
        .when(both_days)
        .then(pl.lit(DIFFERS))
        .when(_either_empty("year"))
        .then(pl.lit(CANNOT_JUDGE))
        .when(_alike("year") & (_either_empty("month") | _alike("month")))
        .then(pl.lit(PARTLY))
        .otherwise(pl.lit(DIFFERS))
    )
