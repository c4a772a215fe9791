"""Characters over columns."""

import polars as pl

from shared.people.characters import DROPPED, KANJI, PRIVATE_USE, UNREADABLE, jis_kanji

_KEPT = DROPPED.pattern.replace("[", "[^", 1)


def has_private_use_column(column: pl.Expr) -> pl.Expr:
    """`has_private_use` over a column; null is false."""
    return column.str.contains(PRIVATE_USE).fill_null(value=False)


def is_unreadable_column(column: pl.Expr) -> pl.Expr:
    """`is_unreadable` over a column; null is false."""
    return column.str.contains(UNREADABLE).fill_null(value=False)


def outside_jis_levels_column(column: pl.Expr) -> pl.Expr:
    """`outside_jis_levels` over a column; null is false."""
    return column.str.contains(f"[{KANJI}--{jis_kanji()}]").fill_null(value=False)


def is_blank_column(column: pl.Expr) -> pl.Expr:
    """`is_blank` over a column; null is true."""
    return ~column.str.contains(_KEPT).fill_null(value=False)


def without_marks_column(column: pl.Expr) -> pl.Expr:
    """`without_marks` over a column."""
    return column.str.normalize("NFKC").str.replace_all(DROPPED.pattern, "").str.normalize("NFKC")
