"""Names: what counts as the same by rule, idempotence, and the two forms of each rule."""

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given

from shared.people import characters, kana, names
from shared.people.columns import characters as characters_column
from shared.people.columns import kana as kana_column
from shared.people.columns import names as names_column
from tests.unit.people.anything import TEXTS, THOROUGH

Texts = Callable[[str], object]
Column = Callable[[pl.Expr], pl.Expr]
RULES: dict[str, tuple[Texts, Column]] = {
    "kana_key": (kana.kana_key, kana_column.kana_key_column),
    "kana_bare_key": (kana.kana_bare_key, kana_column.kana_bare_key_column),
    "half_width_kana": (kana.half_width_kana, kana_column.half_width_kana_column),
    "form_key": (names.form_key, names_column.form_key_column),
    "kanji_key": (names.kanji_key, names_column.kanji_key_column),
    "without_marks": (characters.without_marks, characters_column.without_marks_column),
    "in_two_parts": (names.in_two_parts, names_column.in_two_parts_column),
    "has_private_use": (characters.has_private_use, characters_column.has_private_use_column),
    "is_unreadable": (characters.is_unreadable, characters_column.is_unreadable_column),
    "is_blank": (characters.is_blank, characters_column.is_blank_column),
    "outside_jis_levels": (characters.outside_jis_levels, characters_column.outside_jis_levels_column),
}


@pytest.mark.parametrize("rule", RULES)
@THOROUGH
@given(texts=TEXTS)
def test_columns_say_the_same(rule: str, texts: list[str]) -> None:
    plain, column = RULES[rule]
    found = pl.DataFrame({"text": texts}).select(column(pl.col("text"))).to_series().to_list()
    assert found == [plain(text) for text in texts]


@pytest.mark.parametrize("rule", ["kana_key", "half_width_kana", "form_key", "kanji_key", "without_marks"])
@THOROUGH
@given(texts=TEXTS)
def test_normalising_twice_changes_nothing(rule: str, texts: list[str]) -> None:
    plain = RULES[rule][0]
    for text in texts:
        once = plain(text)
        assert isinstance(once, str)
        assert plain(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ　タロウ"),
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "やまだ たろー"),
        ("ﾊﾏﾀﾞ", "ハマタ"),
        ("ｷｮｳｺ", "キヨウコ"),
        ("ｵｵﾉ", "オーノ"),
        ("ｵｵﾉ", "オウノ"),
        ("ｼﾞｮﾝ･ｽﾐｽ", "ジョン　スミス"),
        ("JOSE", "José"),
    ],
)
def test_same_reading(one: str, other: str) -> None:
    assert kana.kana_key(one) == kana.kana_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("オオノ", "オノ"), ("サトウ", "サイトウ"), ("ユミ", "ユキ"), ("カトウ", "カト")]
)
def test_another_reading(one: str, other: str) -> None:
    assert kana.kana_key(one) != kana.kana_key(other)
    assert kana.kana_bare_key(one) != kana.kana_bare_key(other)


def test_a_long_mark_left_out() -> None:
    assert kana.kana_bare_key("オーノ") == kana.kana_bare_key("ｵﾉ")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("髙橋　一郎", "高橋 一郎"),
        ("渡邊 愛", "渡邉 愛"),
        ("齋藤 花子", "斎藤　花子"),
        ("濵﨑 実", "浜崎 實"),
        ("佐々木 愛", "佐佐木 愛"),
        ("Smith John", "ＳＭＩＴＨ　ＪＯＨＮ"),
        ("葛󠄀城 一", "葛城 一"),
        ("吉田みどり", "吉田 ミドリ"),
    ],
)
def test_same_name(one: str, other: str) -> None:
    assert names.kanji_key(one) == names.kanji_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("斉藤", "斎藤"),
        ("明", "朋"),
        ("隆", "降"),
        ("崎", "埼"),
        ("弁", "瓣"),
        ("芸", "藝"),
        ("義", "儀"),
        ("亨", "享"),
    ],
)
def test_another_name(one: str, other: str) -> None:
    assert names.kanji_key(one) != names.kanji_key(other)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("山田　太郎", True),
        ("山田 太郎", True),
        ("山田太郎", False),
        (" 山田", False),
        ("SMITH JOHN P", True),
        ("山田  太郎", False),
    ],
)
def test_two_parts(text: str, expected: bool) -> None:
    assert names.in_two_parts(text) is expected


def test_half_width() -> None:
    assert kana.half_width_kana("ガッツ　ヴァン") == "ｶﾞｯﾂ ｳﾞｧﾝ"
    assert kana.half_width_kana("はまだ ゆうこ") == "ﾊﾏﾀﾞ ﾕｳｺ"
    assert kana.half_width_kana("ﾊﾏﾀﾞ ﾕｳｺ") == "ﾊﾏﾀﾞ ﾕｳｺ"


def test_characters_outside_the_levels() -> None:
    assert characters.outside_jis_levels("髙橋")
    assert characters.outside_jis_levels("𠮷田")
    assert not characters.outside_jis_levels("高橋 アイabcｱ①")
    assert characters.has_private_use("\ue000")
    assert not characters.has_private_use("■")
    assert characters.is_unreadable("■")
