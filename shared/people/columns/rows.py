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
