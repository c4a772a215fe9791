"""The date of birth. Registers hold unknown and impossible days: their year, and their month if there is one, count."""

import re

import polars as pl

from services.matcher.domain.items.judgement import Judged
from shared.people.columns.dates import western_column
from shared.people.dates import western

_SHAPE = "^[0-9]{8}$"


def judge_birth(asked: str, held: str) -> Judged:
    """The BIRTH-… reasons of one date of birth."""
    code = _reason(asked.strip(" "), held.strip(" "))
    return Judged((code,)) if code else Judged()


def judge_births(rows: pl.DataFrame) -> pl.DataFrame:
    """`judge_birth` over asked_birth_date and held_birth_date: column codes."""
    sides = [
        column
        for side in ("asked", "held")
        for column in _side_columns(pl.col(f"{side}_birth_date").str.strip_chars(" "), side)
    ]
    return rows.select(sides).select(_reason_column().alias("codes"))


def _reason(asked: str, held: str) -> str:
    if not asked or not held:
        return "BIRTH-MISSING"
    if asked == held:
        return ""
    days = western(asked), western(held)
    if all(days):
        return "BIRTH-ERA" if days[0] == days[1] else "BIRTH-DIFFERS"
    years, months = zip(_year_month(asked), _year_month(held), strict=True)
    if "" in years:
        return "BIRTH-UNKNOWN"
    known_alike = years[0] == years[1] and ("" in months or months[0] == months[1])
    return "BIRTH-DAY-UNKNOWN" if known_alike else "BIRTH-DIFFERS"


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


def _reason_column() -> pl.Expr:
    both_days = pl.col("asked_day").is_not_null() & pl.col("held_day").is_not_null()
    return (
        pl.when(_either_empty("text"))
        .then(pl.lit("BIRTH-MISSING"))
        .when(_alike("text"))
        .then(pl.lit(""))
        .when(both_days & _alike("day"))
        .then(pl.lit("BIRTH-ERA"))
        .when(both_days)
        .then(pl.lit("BIRTH-DIFFERS"))
        .when(_either_empty("year"))
        .then(pl.lit("BIRTH-UNKNOWN"))
        .when(_alike("year") & (_either_empty("month") | _alike("month")))
        .then(pl.lit("BIRTH-DAY-UNKNOWN"))
        .otherwise(pl.lit("BIRTH-DIFFERS"))
    )
