"""Numerals in addresses over columns."""

import polars as pl

from shared.people.numerals import AFTER, ALL_UNITS, ANY, DIGITS, ORDINAL, UNIT, UNITS, number, with_hyphens

# What the table of the column form does not hold; such rows take the plain rule.
_RARE = (
    f"{ANY}{{4}}|[〇十百千]{ANY}{{2}}|{ANY}[〇一二三四五六七八九百千]{ANY}|{ANY}{{2}}[〇十百千]"
    f"|[〇百千](?:{ANY}|{UNIT}|ノ)|{ANY}[〇百千]|十十|{ANY}ノ(?:[0-9]|{ANY})"
    f"|(?:[0-9]|目|番|地|号)[-ノ]?{ANY}+(?:{AFTER})"
)


def with_hyphens_column(column: pl.Expr) -> pl.Expr:
    """`with_hyphens` over a column."""
    usual = column.str.replace_many(_TABLE, leftmost=True).str.replace_all(ORDINAL, "${1}")
    for _ in range(2):  # neighbouring matches share a digit
        usual = usual.str.replace_all("([0-9])ノ([0-9])", "${1}-${2}")
    usual = usual.str.replace_all("--+", "-")
    rare = pl.when(column.str.contains(_RARE)).then(column).map_batches(_plainly, return_dtype=pl.String)
    return pl.coalesce(rare, usual)


def _plainly(texts: pl.Series) -> pl.Series:
    distinct = texts.drop_nulls().unique()
    if distinct.is_empty():
        return pl.repeat(None, len(texts), dtype=pl.String, eager=True).alias(texts.name)
    plain = pl.Series([with_hyphens(text) for text in distinct], dtype=pl.String)
    return texts.replace_strict(distinct, plain, default=None, return_dtype=pl.String)


def _tens() -> dict[str, int]:
    """一 … 九十九."""
    ones = ["", *DIGITS]
    tens = ["", "十", *(f"{digit}十" for digit in DIGITS)]
    spelt = {ten + one: number(ten + one) for ten in tens for one in ones if ten + one}
    return {numeral: value for numeral, value in spelt.items() if value is not None}


def _table() -> dict[str, str]:
    tens = _tens()
    pairs = {first + second: number(first + second) or 0 for first in DIGITS for second in DIGITS}
    table = {f"{numeral}丁目": f"{value}-" for numeral, value in tens.items()}
    for unit, mark in ALL_UNITS.items():
        table |= {f"{digit}{unit}": f"{digit}{mark}" for digit in range(10)}
    for unit, mark in UNITS.items():
        table |= {f"{numeral}{unit}": f"{value}{mark}" for numeral, value in (tens | pairs).items()}
    return table


_TABLE = _table()
