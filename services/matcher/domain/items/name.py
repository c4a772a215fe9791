"""The name: kanji (or Latin) and kana together are one item.

A reading that one side lacks decides nothing: registers hold readings only since 2025.
"""

from collections.abc import Callable

import polars as pl

from services.matcher.domain.items.judgement import (
    BY_RULE,
    CANNOT_JUDGE,
    DIFFERS,
    MISSING,
    PARTLY,
    SAME,
    Judged,
    code_when,
    joined,
)
from shared.people.characters import is_unreadable, is_unreadable_column
from shared.people.names import (
    form_key,
    form_key_column,
    kana_bare_key,
    kana_bare_key_column,
    kana_key,
    kana_key_column,
    kanji_key,
    kanji_key_column,
)


def judge_name(asked_kanji: str, asked_kana: str, held_kanji: str, held_kana: str) -> Judged:
    """The judgement of one name, and NAME-… and KANA-… codes."""
    kana = _kana(asked_kana, held_kana)
    kana_code = ("KANA-DIFFERS",) if kana is False else ()
    if is_unreadable(asked_kanji) or is_unreadable(held_kanji):
        return Judged(CANNOT_JUDGE, ("NAME-UNCLEAR", *kana_code))
    if not (form_key(asked_kanji) and form_key(held_kanji)):
        return Judged(MISSING, ("NAME-UNCLEAR", *kana_code))
    if kanji_key(asked_kanji) == kanji_key(held_kanji):
        variant = () if form_key(asked_kanji) == form_key(held_kanji) else ("NAME-VARIANT",)
        exact = (asked_kanji, asked_kana) == (held_kanji, held_kana)
        return Judged(PARTLY if kana is False else SAME if exact else BY_RULE, (*variant, *kana_code))
    return Judged(PARTLY if kana else DIFFERS, ("NAME-DIFFERS", *kana_code))


def judge_names(rows: pl.DataFrame) -> pl.DataFrame:
    """`judge_name` over asked_name_kanji, asked_name_kana and held_…: columns judgement and codes."""
    keyed = rows.with_columns(
        pl.max_horizontal(is_unreadable_column(pl.col("asked_name_kanji", "held_name_kanji"))).alias("unreadable"),
        *_keys("form", form_key_column, "name_kanji"),
        *_keys("kanji", kanji_key_column, "name_kanji"),
        *_keys("kana", kana_key_column, "name_kana"),
        *_keys("bare", kana_bare_key_column, "name_kana"),
        kana_unreadable=pl.max_horizontal(is_unreadable_column(pl.col("asked_name_kana", "held_name_kana"))),
    )
    return keyed.select(_judgement().alias("judgement"), _codes().alias("codes"))


def _kana(asked: str, held: str) -> bool | None:
    """Whether the readings agree; None when one is missing or unreadable."""
    keys = kana_key(asked), kana_key(held)
    if not all(keys) or is_unreadable(asked) or is_unreadable(held):
        return None
    return keys[0] == keys[1] or kana_bare_key(asked) == kana_bare_key(held)


def _keys(name: str, rule: Callable[[pl.Expr], pl.Expr], item: str) -> tuple[pl.Expr, pl.Expr]:
    return rule(pl.col(f"asked_{item}")).alias(f"asked_{name}"), rule(pl.col(f"held_{item}")).alias(f"held_{name}")


def _agree(name: str) -> pl.Expr:
    return pl.col(f"asked_{name}") == pl.col(f"held_{name}")


_KANA_KNOWN = (pl.col("asked_kana") != "") & (pl.col("held_kana") != "") & ~pl.col("kana_unreadable")
_KANA_AGREES = _agree("kana") | _agree("bare")
_KANA_DIFFERS = _KANA_KNOWN & ~_KANA_AGREES
_MISSING = (pl.col("asked_form") == "") | (pl.col("held_form") == "")
_JUDGED = ~pl.col("unreadable") & ~_MISSING


def _judgement() -> pl.Expr:
    return (
        pl.when(pl.col("unreadable"))
        .then(pl.lit(CANNOT_JUDGE))
        .when(_MISSING)
        .then(pl.lit(MISSING))
        .when(_agree("kanji") & _KANA_DIFFERS)
        .then(pl.lit(PARTLY))
        .when(_agree("name_kanji") & _agree("name_kana"))
        .then(pl.lit(SAME))
        .when(_agree("kanji"))
        .then(pl.lit(BY_RULE))
        .when(_KANA_KNOWN & _KANA_AGREES)
        .then(pl.lit(PARTLY))
        .otherwise(pl.lit(DIFFERS))
    )


def _codes() -> pl.Expr:
    return joined(
        code_when(_JUDGED & _agree("kanji") & ~_agree("form"), "NAME-VARIANT"),
        code_when(_JUDGED & ~_agree("kanji"), "NAME-DIFFERS"),
        code_when(~_JUDGED, "NAME-UNCLEAR"),
        code_when(_KANA_DIFFERS, "KANA-DIFFERS"),
    )
