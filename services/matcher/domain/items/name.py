"""The name: kanji (or Latin) and kana together are one item.

A reading that one side lacks decides nothing: registers hold readings only since 2025.
"""

import polars as pl

from services.matcher.domain.items.judgement import Judged, joined, judged
from shared.people.characters import is_blank, is_unreadable
from shared.people.columns.characters import is_blank_column, is_unreadable_column
from shared.people.columns.kana import kana_bare_key_column, kana_key_column
from shared.people.columns.names import form_key_column, kanji_key_column
from shared.people.columns.rows import only_where
from shared.people.kana import kana_bare_key, kana_key
from shared.people.names import form_key, kanji_key

_ASKED_KANJI, _HELD_KANJI = pl.col("asked_name_kanji"), pl.col("held_name_kanji")
_ASKED_KANA, _HELD_KANA = pl.col("asked_name_kana"), pl.col("held_name_kana")
_KANA_REASONS = {True: "KANA-FORM", False: "KANA-DIFFERS", None: "KANA-MISSING"}
_PLAIN_KATAKANA = "^[ァ-ヴー]+$"


def judge_name(asked_kanji: str, asked_kana: str, held_kanji: str, held_kana: str) -> Judged:
    """The KANJI-… and KANA-… reasons of one name."""
    readings = _readings_agree(asked_kana, held_kana)
    kana = "" if asked_kana == held_kana else _KANA_REASONS[readings]
    return judged(_kanji_reason(asked_kanji, held_kanji, readings), kana)


def judge_names(rows: pl.DataFrame) -> pl.DataFrame:
    """`judge_name` over asked_name_kanji, asked_name_kana and held_…: column codes."""
    measured = pl.concat(
        [
            rows.select(
                one_kanji=_ASKED_KANJI == _HELD_KANJI,
                one_kana=_ASKED_KANA == _HELD_KANA,
                unreadable=is_unreadable_column(_ASKED_KANJI) | is_unreadable_column(_HELD_KANJI),
                missing=is_blank_column(_ASKED_KANJI) | is_blank_column(_HELD_KANJI),
            ),
            _kanji(rows),
            _kana(rows),
        ],
        how="horizontal",
    )
    return measured.select(joined(_kanji_reason_column(), _kana_reason_column()).alias("codes"))


def _kanji_reason(asked: str, held: str, readings: bool | None) -> str:
    if is_unreadable(asked) or is_unreadable(held):
        return "KANJI-UNREADABLE"
    if is_blank(asked) or is_blank(held):
        return "KANJI-MISSING"
    if asked == held:
        return ""
    if kanji_key(asked) == kanji_key(held):
        return "KANJI-FORM" if form_key(asked) == form_key(held) else "KANJI-OLD-FORM"
    return "KANJI-DIFFERS-KANA-AGREES" if readings else "KANJI-DIFFERS"


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


def _kanji_reason_column() -> pl.Expr:
    return (
        pl.when("unreadable")
        .then(pl.lit("KANJI-UNREADABLE"))
        .when("missing")
        .then(pl.lit("KANJI-MISSING"))
        .when("one_kanji")
        .then(pl.lit(""))
        .when("same_form")
        .then(pl.lit("KANJI-FORM"))
        .when("same_kanji")
        .then(pl.lit("KANJI-OLD-FORM"))
        .when("kana_agrees")
        .then(pl.lit("KANJI-DIFFERS-KANA-AGREES"))
        .otherwise(pl.lit("KANJI-DIFFERS"))
    )


def _kana_reason_column() -> pl.Expr:
    return (
        pl.when("one_kana")
        .then(pl.lit(""))
        .when("kana_agrees")
        .then(pl.lit("KANA-FORM"))
        .when("kana_differs")
        .then(pl.lit("KANA-DIFFERS"))
        .otherwise(pl.lit("KANA-MISSING"))
    )
