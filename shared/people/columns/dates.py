"""Dates of birth over columns."""

import polars as pl

from shared.calendar.eras import ERAS
from shared.people.dates import ERA, WESTERN


def looks_like_date_column(column: pl.Expr) -> pl.Expr:
    """`looks_like_date` over a column; null is false."""
    return (column.str.contains(WESTERN) | column.str.contains(ERA)).fill_null(value=False)


def western_column(column: pl.Expr) -> pl.Expr:
    """`western` over a column."""
    written = column.str.contains(WESTERN) & ~column.str.starts_with("0000")
    in_era = column.str.contains(ERA) & (column.str.slice(1, 2) != "00")
    code = column.str.slice(0, 1)
    from_era = (_era_year(column, code) + column.str.slice(3)).str.to_date("%Y%m%d", strict=False)
    first = code.replace_strict({era.code: era.first for era in ERAS}, default=None, return_dtype=pl.Date)
    day = (
        pl.when(written)
        .then(column.str.to_date("%Y%m%d", strict=False))
        .when(in_era & (from_era >= first))
        .then(from_era)
    )
    return day.dt.strftime("%Y%m%d")


def beyond_era_column(column: pl.Expr) -> pl.Expr:
    """`beyond_era` over a column; null is false."""
    last = column.str.slice(0, 1).replace_strict(
        {era.code: f"{era.last:%Y%m%d}" for era in ERAS if era.last}, default=None, return_dtype=pl.String
    )
    return ((column.str.len_bytes() == 7) & (western_column(column) > last)).fill_null(value=False)


def _era_year(column: pl.Expr, code: pl.Expr) -> pl.Expr:
    base = code.replace_strict({era.code: era.year(0) for era in ERAS}, default=None, return_dtype=pl.Int32)
    return (base + column.str.slice(1, 2).cast(pl.Int32, strict=False)).cast(pl.String)
