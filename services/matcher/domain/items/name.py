"""The name: kanji (or Latin) and kana together are one item.

Kana is never compared with kanji. A reading that one side lacks decides nothing: registers hold readings only since
2025. A name that the register holds beside the name (通称, 旧氏) counts as the name, its reading only where it is held.
"""

import polars as pl

from services.matcher.domain.items.judgement import AGREES, SEPARATOR, Judged, code_when, judged
from services.matcher.domain.items.reading import compare_readings
from services.matcher.domain.items.writing import compare_writing
from shared.people.characters import is_blank, is_unreadable
from shared.people.columns.characters import is_blank_column, is_unreadable_column
from shared.people.columns.rows import only_where, plainly
from shared.people.names import parts
from shared.people.registered import FORMER, RegisteredName, read_name

_ASKED_KANJI, _HELD_KANJI = pl.col("asked_name_kanji"), pl.col("held_name_kanji")
_ASKED_KANA, _HELD_KANA = pl.col("asked_name_kana"), pl.col("held_name_kana")
_COLUMNS = ("asked_name_kanji", "asked_name_kana", "held_name_kanji", "held_name_kana")
_KATAKANA = "^[ァ-ヴー]+$"
_DISAGREEING = frozenset({"KANA-DIFFERS", "KANA-MISSING"})


def judge_name(asked_kanji: str, asked_kana: str, held_kanji: str, held_kana: str) -> Judged:
    """The NAME-…, KANJI-… and KANA-… reasons of one name."""
    asked, held = read_name(asked_kanji), read_name(held_kanji)
    reading, readings = read_name(asked_kana).main, read_name(held_kana)
    kana = compare_readings(reading, readings.main) or ("KANA-FORM",) if asked_kana != held_kana else ()
    if is_unreadable(asked_kanji) or is_unreadable(held_kanji):
        return judged("KANJI-UNREADABLE", *kana)
    if is_blank(asked_kanji) or is_blank(held_kanji):
        return judged("KANJI-MISSING", *kana)
    if asked_kanji == held_kanji:
        return judged(*kana)
    kanji = compare_writing(asked.main, held.main)
    if not _agrees(kanji):
        beside = _beside(asked.main, reading, held, readings)
        if beside is not None:
            return judged(*beside)
    if kanji is None:
        agrees = _DISAGREEING.isdisjoint(compare_readings(reading, readings.main))
        return judged("KANJI-DIFFERS-KANA-AGREES" if agrees else "KANJI-DIFFERS", *kana)
    if "NAME-ORDER" in kanji and "KANA-DIFFERS" in kana:
        kana = compare_readings(_sorted(reading), _sorted(readings.main))
    return judged(*(kanji or ("KANJI-FORM",)), *kana)


def judge_names(rows: pl.DataFrame) -> pl.DataFrame:
    """`judge_name` over asked_name_kanji, asked_name_kana and held_…: column codes."""
    quick = pl.concat([rows.select(_COLUMNS), _quick_codes(rows)], how="horizontal")
    others = only_where(quick, pl.col("codes").is_null(), _plain_codes)
    return quick.select(codes=pl.coalesce("codes", others["codes"]))


def _beside(asked: str, reading: str, held: RegisteredName, readings: RegisteredName) -> tuple[str, ...] | None:
    """The reasons when the asked name is one that the register holds beside the name; None when it is none."""
    for place, alternative in enumerate(held.alternatives):
        if not alternative.whole and len(parts(asked)) < 2:
            continue
        kanji = compare_writing(asked, alternative.text)
        if kanji is None or not _agrees(kanji):
            continue
        known = place < len(readings.alternatives)
        kana = compare_readings(reading, readings.alternatives[place].text) if known else ("KANA-MISSING",)
        variants = (code for code in kanji if code != "KANJI-FORM")
        return ("NAME-FORMER" if alternative.kind == FORMER else "NAME-KNOWN-AS", *variants, *kana)
    return None


def _agrees(kanji: tuple[str, ...] | None) -> bool:
    return kanji is not None and judged(*kanji).judgement in AGREES


def _sorted(reading: str) -> str:
    return " ".join(sorted(parts(reading.replace("・", " "))))


def _plain_codes(rows: pl.DataFrame) -> pl.DataFrame:
    return plainly(rows.select(_COLUMNS), _codes, "codes")


def _codes(asked_kanji: str, asked_kana: str, held_kanji: str, held_kana: str) -> str:
    return SEPARATOR.join(judge_name(asked_kanji, asked_kana, held_kanji, held_kana).codes)


def _quick_codes(rows: pl.DataFrame) -> pl.DataFrame:
    """Column codes where the written names are the same and the readings differ in width and blanks at most."""
    known = ~is_blank_column(_ASKED_KANJI) & ~is_unreadable_column(_ASKED_KANJI)
    readings = rows.select(
        _ASKED_KANA, _HELD_KANA, kanji=(_ASKED_KANJI == _HELD_KANJI) & known, kana=_ASKED_KANA == _HELD_KANA
    )
    form = only_where(readings, pl.col("kanji") & ~pl.col("kana"), _full_width)
    same_form = (form["asked_name_kana"] == form["held_name_kana"]) & form["asked_name_kana"].str.contains(_KATAKANA)
    quick = pl.col("kanji") & (pl.col("kana") | pl.col("same_form"))
    return readings.with_columns(same_form=same_form.fill_null(value=False)).select(
        codes=pl.when(quick).then(code_when(~pl.col("kana"), "KANA-FORM"))
    )


def _full_width(readings: pl.DataFrame) -> pl.DataFrame:
    """Width folded and blanks dropped: what most readings differ in. What is equal here is equal in form."""
    return readings.select(pl.col(pl.String).str.normalize("NFKC").str.replace_all(" ", "", literal=True))
