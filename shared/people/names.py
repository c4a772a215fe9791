"""Names in kanji or Latin letters: two parts, and the key under which two writings count as the same."""

import re
from functools import cache

import polars as pl

from shared.people.characters import (
    compatible,
    has_private_use,
    has_private_use_column,
    outside_jis_levels,
    outside_jis_levels_column,
    variant_bases,
    without_marks,
    without_marks_column,
)
from shared.people.kana import (
    TO_CAPITALS,
    TO_KATAKANA,
    TO_LARGE,
    half_width_kana,
    half_width_kana_column,
    kana_bare_key,
    kana_bare_key_column,
    kana_key,
    kana_key_column,
)

__all__ = [
    "form_key",
    "form_key_column",
    "half_width_kana",
    "half_width_kana_column",
    "has_private_use",
    "has_private_use_column",
    "in_two_parts",
    "in_two_parts_column",
    "kana_bare_key",
    "kana_bare_key_column",
    "kana_key",
    "kana_key_column",
    "kanji_key",
    "kanji_key_column",
    "outside_jis_levels",
    "outside_jis_levels_column",
]

_TWO_PARTS = "^[^ \u3000]+[ \u3000][^ \u3000]+([ \u3000][^ \u3000]+)*$"
_KANA = {source: TO_LARGE.get(kana, kana) for source, kana in (TO_KATAKANA | TO_LARGE).items()}
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\u2500", "-")
_DOTS = dict.fromkeys("\u30fb\u00b7.,'\u2019", "")
FORM = _KANA | TO_CAPITALS | _DASHES | _DOTS
_FORM_TABLE = str.maketrans(FORM)
_REPEATED = "([^々])々+"


def in_two_parts(text: str) -> bool:
    """Two or more parts (foreign names may have more), one blank of either width between them, none around."""
    return re.fullmatch(_TWO_PARTS[1:-1], text, re.DOTALL) is not None


def in_two_parts_column(column: pl.Expr) -> pl.Expr:
    """`in_two_parts` over a column; null is false."""
    return column.str.contains(_TWO_PARTS).fill_null(value=False)


def form_key(text: str) -> str:
    """Width, blanks, case, kana form and 々 folded; the characters themselves as written."""
    return re.sub(_REPEATED, r"\1\1", compatible(without_marks(text).translate(_FORM_TABLE)))


def form_key_column(column: pl.Expr) -> pl.Expr:
    """`form_key` over a column."""
    alike = without_marks_column(column).str.replace_many(FORM).str.normalize("NFKC")
    return alike.str.replace_all(_REPEATED, "${1}${1}")


def kanji_key(text: str) -> str:
    """`form_key` with each variant character (異体字) replaced by its base, one hop; idempotent."""
    return form_key(text).translate(_variant_table())


def kanji_key_column(column: pl.Expr) -> pl.Expr:
    """`kanji_key` over a column."""
    return form_key_column(column).str.replace_many(variant_bases())


@cache
def _variant_table() -> dict[int, str]:
    return {ord(variant): base for variant, base in variant_bases().items()}
