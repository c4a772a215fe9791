"""Expensive columns for few rows only."""

from collections.abc import Callable

import polars as pl


def only_where(
    frame: pl.DataFrame, condition: pl.Expr, measure: Callable[[pl.DataFrame], pl.DataFrame]
) -> pl.DataFrame:
    """The columns that `measure` makes, row for row, of the rows where the condition holds; null in all others."""
    rows = frame.with_row_index("row")
    chosen = rows.filter(condition)
    measured = pl.concat([chosen.select("row"), measure(chosen.drop("row"))], how="horizontal")
    return rows.select("row").join(measured, on="row", how="left", maintain_order="left").drop("row")


def plainly(rows: pl.DataFrame, rule: Callable[..., str], name: str) -> pl.DataFrame:
    """Column `name`: the plain rule on each row's texts, in the order of the columns, once for equal rows."""
    distinct = rows.unique()
    results = pl.Series(name, [rule(*texts) for texts in distinct.iter_rows()], dtype=pl.String)
    found = distinct.with_columns(results)
    return rows.join(found, on=rows.columns, how="left", maintain_order="left", nulls_equal=True).select(name)
