"""Check digits over columns."""

from collections.abc import Callable, Sequence

import polars as pl

from shared.people.check_digits import MUNICIPALITY_WEIGHTS, MY_NUMBER_WEIGHTS, RESIDENT_CODE_WEIGHTS


def is_my_number_column(column: pl.Expr) -> pl.Expr:
    """`is_my_number` over a column; null is false."""
    return _checked(column, MY_NUMBER_WEIGHTS, _eleven_or_zero_column)


def is_resident_code_column(column: pl.Expr) -> pl.Expr:
    """`is_resident_code` over a column; null is false."""
    return _checked(column, RESIDENT_CODE_WEIGHTS, _eleven_or_zero_column)


def is_municipality_code_column(column: pl.Expr) -> pl.Expr:
    """`is_municipality_code` over a column; null is false."""
    return _checked(column, MUNICIPALITY_WEIGHTS, lambda total: (11 - total % 11) % 10)


def _eleven_or_zero_column(total: pl.Expr) -> pl.Expr:
    rest = total % 11
    return pl.when(rest <= 1).then(0).otherwise(11 - rest)


def _checked(column: pl.Expr, weights: Sequence[int], check_digit: Callable[[pl.Expr], pl.Expr]) -> pl.Expr:
    length = len(weights) + 1
    shaped = column.str.contains(f"^[0-9]{{{length}}}$")
    number = pl.when(shaped).then(column).cast(pl.Int64)
    total = pl.sum_horizontal(
        *((number // 10 ** (length - 1 - place)) % 10 * weight for place, weight in enumerate(weights))
    )
    return (shaped & (number > 0) & (check_digit(total) == number % 10)).fill_null(value=False)
