"""Names in kanji or Latin letters over columns."""

import polars as pl

from shared.people.columns.characters import without_marks_column
from shared.people.names import FORM, REPEATED, TWO_PARTS
from shared.people.variants import variant_bases


def in_two_parts_column(column: pl.Expr) -> pl.Expr:
    """`in_two_parts` over a column; null is false."""
    return column.str.contains(TWO_PARTS).fill_null(value=False)


def form_key_column(column: pl.Expr) -> pl.Expr:
    """`form_key` over a column."""
    alike = without_marks_column(column).str.replace_many(FORM).str.normalize("NFKC")
    return alike.str.replace_all(REPEATED, "${1}${1}").str.normalize("NFKC")


def kanji_key_column(column: pl.Expr) -> pl.Expr:
    """`kanji_key` over a column."""
    return form_key_column(column).str.replace_many(variant_bases())
