"""The name: kanji (or Latin) and kana together are one item.

A reading that one side lacks decides nothing: registers hold readings only since 2025.
"""

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
from shared.people.characters import is_blank, is_blank_column, is_unreadable, is_unreadable_column
from shared.people.columns import only_where
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

_ASKED_KANJI, _HELD_KANJI = pl.col("asked_name_kanji"), pl.col("held_name_kanji")
_ASKED_KANA, _HELD_KANA = pl.col("asked_name_kana"), pl.col("held_name_kana")
_PLAIN_KATAKANA = "^[ァ-ヴー]+$"


def judge_name(asked_kanji: str, asked_kana: str, held_kanji: str, held_kana: str) -> Judged:
    """The judgement of one name, and NAME-… and KANA-… codes."""
    kana = _readings_agree(asked_kana, held_kana)
    kana_code = ("KANA-DIFFERS",) if kana is False else ()
    if is_unreadable(asked_kanji) or is_unreadable(held_kanji):
        return Judged(CANNOT_JUDGE, ("NAME-UNCLEAR", *kana_code))
    if is_blank(asked_kanji) or is_blank(held_kanji):
        return Judged(MISSING, ("NAME-UNCLEAR", *kana_code))
    if kanji_key(asked_kanji) == kanji_key(held_kanji):
        variant = () if form_key(asked_kanji) == form_key(held_kanji) else ("NAME-VARIANT",)
        exact = (asked_kanji, asked_kana) == (held_kanji, held_kana)
        return Judged(PARTLY if kana is False else SAME if exact else BY_RULE, (*variant, *kana_code))
    return Judged(PARTLY if kana else DIFFERS, ("NAME-DIFFERS", *kana_code))


def judge_names(rows: pl.DataFrame) -> pl.DataFrame:
    """`judge_name` over asked_name_kanji, asked_name_kana and held_…: columns judgement and codes."""
    measured = pl.concat(
        [
            rows.select(
                exact=(_ASKED_KANJI == _HELD_KANJI) & (_ASKED_KANA == _HELD_KANA),
                unreadable=is_unreadable_column(_ASKED_KANJI) | is_unreadable_column(_HELD_KANJI),
                missing=is_blank_column(_ASKED_KANJI) | is_blank_column(_HELD_KANJI),
            ),
            _kanji(rows),
            _kana(rows),
        ],
        how="horizontal",
    )
    return measured.select(_judgement().alias("judgement"), _codes().alias("codes"))


def _readings_agree(asked: str, held: str) -> bool | None:
    """Whether the readings agree; None when one is missing or unreadable."""
    keys = kana_key(asked), kana_key(held)
    if not all(keys) or is_unreadable(asked) or is_unreadable(held):
        return None
    return keys[0] == keys[1] or kana_bare_key(asked) == kana_bare_key(held)


def _kanji(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns same_form and same_kanji."""
    keys = only_where(rows, _ASKED_KANJI != _HELD_KANJI, _kanji_keys)
    return keys.select(pl.all().fill_null(value=True))


def _kanji_keys(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        same_form=form_key_column(_ASKED_KANJI) == form_key_column(_HELD_KANJI),
        same_kanji=kanji_key_column(_ASKED_KANJI) == kanji_key_column(_HELD_KANJI),
    )


def _kana(rows: pl.DataFrame) -> pl.DataFrame:
    """Columns kana_agrees and kana_differs, both false where a reading is missing or unreadable."""
    plain = rows.select(asked_name_kana=_plain_katakana(_ASKED_KANA), held_name_kana=_plain_katakana(_HELD_KANA))
    settled = plain.select(settled=_ASKED_KANA.eq(_HELD_KANA) & _ASKED_KANA.str.contains(_PLAIN_KATAKANA)).to_series()
    keys = only_where(rows.with_columns(settled), ~pl.col("settled"), _kana_keys)
    return keys.select(
        kana_agrees=settled | keys["agrees"].fill_null(value=False),
        kana_differs=pl.col("differs").fill_null(value=False),
    )


def _plain_katakana(column: pl.Expr) -> pl.Expr:
    """Width folded and blanks dropped: what most readings differ in. What is equal here has one key."""
    return column.str.normalize("NFKC").str.replace_all(" ", "", literal=True)


def _kana_keys(rows: pl.DataFrame) -> pl.DataFrame:
    asked, held = kana_key_column(_ASKED_KANA), kana_key_column(_HELD_KANA)
    unreadable = is_unreadable_column(_ASKED_KANA) | is_unreadable_column(_HELD_KANA)
    keyed = rows.select(
        agrees=(asked == held) | (kana_bare_key_column(_ASKED_KANA) == kana_bare_key_column(_HELD_KANA)),
        known=(asked != "") & (held != "") & ~unreadable,
    )
    return keyed.select(agrees=pl.col("known") & pl.col("agrees"), differs=pl.col("known") & ~pl.col("agrees"))


def _judgement() -> pl.Expr:
    return (
        pl.when("unreadable")
        .then(pl.lit(CANNOT_JUDGE))
        .when("missing")
        .then(pl.lit(MISSING))
        .when(pl.col("same_kanji") & pl.col("kana_differs"))
        .then(pl.lit(PARTLY))
        .when("exact")
        .then(pl.lit(SAME))
        .when("same_kanji")
        .then(pl.lit(BY_RULE))
        .when("kana_agrees")
        .then(pl.lit(PARTLY))
        .otherwise(pl.lit(DIFFERS))
    )


def _codes() -> pl.Expr:
    unclear = pl.col("unreadable") | pl.col("missing")
    return joined(
        code_when(~unclear & pl.col("same_kanji") & ~pl.col("same_form"), "NAME-VARIANT"),
        code_when(~unclear & ~pl.col("same_kanji"), "NAME-DIFFERS"),
        code_when(unclear, "NAME-UNCLEAR"),
        code_when(pl.col("kana_differs"), "KANA-DIFFERS"),
    )
