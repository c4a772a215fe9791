"""Kana over columns."""

import polars as pl

from shared.people.kana import DROPPED, FOLD, LONG, LONG_ALONE, TO_HALF


def kana_key_column(column: pl.Expr) -> pl.Expr:
    """`kana_key` over a column."""
    return _long_marks_column(_folded_column(column))


def kana_bare_key_column(column: pl.Expr) -> pl.Expr:
    """`kana_bare_key` over a column."""
    return _long_marks_column(_folded_column(column).str.replace_all("ー", "", literal=True))


def half_width_kana_column(column: pl.Expr) -> pl.Expr:
    """`half_width_kana` over a column."""
    decomposed = column.str.normalize("NFKD")
    return decomposed.str.replace_many(TO_HALF).str.replace_all(" +", " ").str.strip_chars(" ")


def _folded_column(column: pl.Expr) -> pl.Expr:
    return column.str.normalize("NFKD").str.replace_all(DROPPED, "").str.replace_many(FOLD)


def _long_marks_column(folded: pl.Expr) -> pl.Expr:
    marked = folded.str.replace_all(LONG, "${1}${2}${3}${4}${5}ー")
    return marked.str.replace_all(LONG_ALONE, "ー")
