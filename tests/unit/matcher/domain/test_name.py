"""The name's reasons: by example, the same in both forms on realistic names, and no pair of two names by rule."""

from itertools import chain

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.items.judgement import AGREES
from services.matcher.domain.items.name import judge_name, judge_names
from services.matcher.domain.items.reading import compare_readings
from services.matcher.domain.items.writing import compare_writing
from tests.unit.people.anything import BRACKETED, TEXT, THOROUGH
from tests.unit.people.test_variants import listed

FAMILY = [
    "山田",
    "髙橋",
    "高橋",
    "渡邊",
    "渡辺",
    "渡邉",
    "斎藤",
    "齋藤",
    "斉藤",
    "佐々木",
    "佐佐木",
    "濵﨑",
    "Ｓｍｉｔｈ",
]
GIVEN = ["太郎", "花子", "實", "実", "みどり", "ミドリ", "惠\U000e0100", "恵", "John", "JOHN P", "José", "Ann-Mary"]
BESIDE = ["", "", "", "（佐藤）", "【佐藤】", "（山田　太郎）", "「通称 山田太郎」", " 旧氏 佐藤", "（）"]
READINGS = [
    "ﾔﾏﾀﾞ ﾀﾛｳ",
    "ヤマダ　タロウ",
    "ヤマダタロー",
    "やまたたろう",
    "ｵｵﾉ ｷｮｳｺ",
    "オノ　キヨウコ",
    "オーノ・キョーコ",
    "",
    "■",
]
NAMES = st.builds(
    lambda family, inner, blank, given, after: family + inner + blank + given + after,
    st.sampled_from(FAMILY),
    st.sampled_from(["", "", "", "（佐藤）"]),
    st.sampled_from([" ", "　", ""]),
    st.sampled_from(GIVEN),
    st.sampled_from(BESIDE),
)
KANJI = NAMES | NAMES | BRACKETED | TEXT
KANA = st.sampled_from(READINGS) | st.sampled_from(READINGS) | BRACKETED | TEXT
PAIRS = st.tuples(KANJI, KANA, KANJI, KANA)
COLUMNS = ("asked_name_kanji", "asked_name_kana", "held_name_kanji", "held_name_kana")
NO_READING = "KANA-MISSING"


@THOROUGH
@given(pairs=st.lists(PAIRS, min_size=1, max_size=30))
def test_both_forms_judge_alike(pairs: list[tuple[str, str, str, str]]) -> None:
    found = judge_names(pl.DataFrame(pairs, schema=dict.fromkeys(COLUMNS, pl.String), orient="row"))
    assert found["codes"].to_list() == [";".join(judge_name(*pair).codes) for pair in pairs]


@THOROUGH
@given(one=KANJI, other=KANJI)
def test_writing_is_symmetric(one: str, other: str) -> None:
    assert compare_writing(one, other) == compare_writing(other, one)


@THOROUGH
@given(one=KANA, other=KANA)
def test_readings_are_symmetric(one: str, other: str) -> None:
    assert compare_readings(one, other) == compare_readings(other, one)


@THOROUGH
@given(kanji=NAMES, kana=KANA)
def test_oneself_is_the_same(kanji: str, kana: str) -> None:
    assert judge_name(kanji, kana, kanji, kana).judgement == "same"


@pytest.mark.parametrize(("one", "other"), listed("other_characters"))
def test_two_names_never_agree_by_rule(one: str, other: str) -> None:
    for kana in ("ﾔﾏﾀﾞ ﾀﾛｳ", ""):
        found = judge_name(f"山{one}　太郎", kana, f"山{other}　太郎", kana)
        assert found.judgement not in AGREES


@pytest.mark.parametrize(("one", "other"), listed("same_characters"))
def test_one_name_agrees_by_rule(one: str, other: str) -> None:
    found = judge_name(f"山{one}　太郎", "", f"山{other}　太郎", "")
    assert set(found.codes) <= {"KANJI-SAME-CHARACTER", "KANJI-OLD-FORM"}
    assert found.judgement == "same_by_rule"


@pytest.mark.parametrize(
    ("asked", "held", "codes"),
    [
        ("山田　太郎", "山田 太郎", ("KANJI-FORM",)),
        ("吉田みどり", "吉田 ミドリ", ("KANJI-FORM",)),
        ("葛\U000e0100城　一", "葛城　一", ("KANJI-FORM",)),
        ("佐々木　愛", "佐佐木　愛", ("KANJI-FORM",)),
        ("髙橋　一", "高橋　一", ("KANJI-SAME-CHARACTER",)),
        ("\ufa19田　一", "神田　一", ("KANJI-SAME-CHARACTER",)),
        ("國井　一", "国井　一", ("KANJI-OLD-FORM",)),
        ("渡邊　一", "渡邉　一", ("KANJI-SAME-CHARACTER", "KANJI-OLD-FORM")),
        ("髙橋　惠", "高橋　恵", ("KANJI-SAME-CHARACTER", "KANJI-OLD-FORM")),
        ("斉藤　一", "斎藤　一", ("KANJI-CONFUSED",)),
        ("齊藤　一", "齋藤　一", ("KANJI-CONFUSED",)),
        ("宮埼　一", "宮崎　一", ("KANJI-CONFUSED",)),
        ("太郎　山田", "山田　太郎", ("NAME-PARTS-SWAPPED",)),
        ("花子　渡邊", "渡辺花子", ("NAME-PARTS-SWAPPED",)),
        ("山田　太郎", "山本　太郎", ("KANJI-DIFFERS",)),
        ("山田　太郎", "SMITH JOHN", ("KANJI-DIFFERS",)),
        ("山\ue000　太郎", "山田　太郎", ("KANJI-UNREADABLE",)),
        ("山□　太郎", "山□　太郎", ("KANJI-UNREADABLE",)),
        ("", "山田　太郎", ("KANJI-MISSING",)),
        ("Ｓｍｉｔｈ　John", "SMITH JOHN", ("KANJI-FORM",)),
        ("MÜLLER JOSÉ", "Muller Jose", ("KANJI-FORM",)),
        ("O'BRIEN ANNE-MARIE", "OBRIEN ANNE MARIE", ("KANJI-FORM",)),
        ("JOHN SMITH", "SMITH, JOHN", ("NAME-ORDER",)),
        ("SMITH JOHN", "SMITH JOHN PAUL", ("LATIN-PART-MISSING",)),
        ("SMITH JOHN P", "JOHN PAUL SMITH", ("LATIN-PART-MISSING",)),
        ("SMITH JOHN A", "SMITH JOHN B", ("KANJI-DIFFERS",)),
        ("SMITH", "SMITH JOHN", ("KANJI-DIFFERS",)),
        ("SMITH JOHN", "SMITH JANE", ("KANJI-DIFFERS",)),
        ("山田　太郎", "ＳＭＩＴＨ　ＪＯＨＮ（山田　太郎）", ("NAME-KNOWN-AS", NO_READING)),
        ("山田太郎", "SMITH JOHN「通称 山田太郎」", ("NAME-KNOWN-AS", NO_READING)),
        ("SMITH JOHN", "ＳＭＩＴＨ　ＪＯＨＮ（山田　太郎）", ("KANJI-FORM",)),
        ("佐藤　花子", "山田【佐藤】　花子", ("NAME-FORMER", NO_READING)),
        ("佐藤　花子", "山田　花子（佐藤）", ("NAME-FORMER", NO_READING)),
        ("山田　花子", "山田【佐藤】　花子", ("KANJI-FORM",)),
        ("渡邊　花子", "山田【渡辺】　花子", ("KANJI-OLD-FORM", "NAME-FORMER", NO_READING)),
        ("佐藤　洋子", "山田【佐藤】　花子", ("KANJI-DIFFERS",)),
        ("佐藤", "山田　花子（佐藤）", ("KANJI-DIFFERS",)),
        ("山田", "SMITH JOHN（山田）", ("KANJI-DIFFERS",)),
        ("山田【佐藤】　花子", "佐藤　花子", ("KANJI-DIFFERS",)),
    ],
)
def test_writing(asked: str, held: str, codes: tuple[str, ...]) -> None:
    assert set(judge_name(asked, "", held, "").codes) == set(codes)


@pytest.mark.parametrize(
    ("asked", "held", "codes"),
    [
        ("ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ　タロウ", ("KANA-FORM",)),
        ("やまだたろう", "ヤマダ・タロウ", ("KANA-FORM",)),
        ("ヰダ", "イダ", ("KANA-FORM",)),
        ("ハマダ", "ハマタ", ("KANA-VOICED",)),
        ("パンダ", "ハンタ", ("KANA-VOICED",)),
        ("キョウコ", "キヨウコ", ("KANA-SMALL",)),
        ("オオノ", "オウノ", ("KANA-LONG",)),
        ("オーノ", "オノ", ("KANA-LONG",)),
        ("コ－タ", "コウタ", ("KANA-LONG",)),
        ("ジョージ", "シヨウシ", ("KANA-VOICED", "KANA-SMALL", "KANA-LONG")),
        ("ガアド", "ガード", ("KANA-LONG",)),
        ("シヅコ", "シズコ", ("KANA-SOUND",)),
        ("コウヂ", "コージ", ("KANA-SOUND", "KANA-LONG")),
        ("ｶｦﾙ", "カオル", ("KANA-SOUND",)),
        ("シツコ", "シズコ", ("KANA-DIFFERS",)),
        ("キャア", "キャー", ("KANA-LONG",)),
        ("オオノ", "オノ", ("KANA-DIFFERS",)),
        ("サトウ", "サイトウ", ("KANA-DIFFERS",)),
        ("サトウ", "", ("KANA-MISSING",)),
        ("サトウ", "■トウ", ("KANA-MISSING",)),
        ("", "", ()),
    ],
)
def test_readings(asked: str, held: str, codes: tuple[str, ...]) -> None:
    assert judge_name("山田　太郎", asked, "山田　太郎", held).codes == codes


@pytest.mark.parametrize(
    ("asked", "held", "codes"),
    [
        (("斉藤　一", "ｻｲﾄｳ ﾊｼﾞﾒ"), ("斎藤　一", "サイトウ　ハジメ"), ("KANJI-CONFUSED", "KANA-FORM")),
        (("山田　一", "ﾔﾏﾀﾞ ﾊｼﾞﾒ"), ("山本　一", "ﾔﾏﾀﾞ ﾊｼﾞﾒ"), ("KANJI-DIFFERS-KANA-AGREES",)),
        (("山田　一", "ﾔﾏﾀﾞ ﾊｼﾞﾒ"), ("山田　一", "ﾔﾏﾓﾄ ﾊｼﾞﾒ"), ("KANA-DIFFERS",)),
        (("JOHN SMITH", "ｼﾞｮﾝ ｽﾐｽ"), ("SMITH JOHN", "スミス　ジョン"), ("NAME-ORDER", "KANA-FORM")),
        (
            ("佐藤　花子", "ｻﾄｳ ﾊﾅｺ"),
            ("山田【佐藤】　花子", "ヤマダ【サトウ】　ハナコ"),
            ("NAME-FORMER", "KANA-FORM"),
        ),
        (("佐藤　花子", "ｻﾄｳ ﾊﾅｺ"), ("山田【佐藤】　花子", "ﾔﾏﾀﾞ ﾊﾅｺ"), ("NAME-FORMER", "KANA-MISSING")),
        (("佐藤　花子", "ｶﾄｳ ﾊﾅｺ"), ("山田【佐藤】　花子", "ﾔﾏﾀﾞ【ｻﾄｳ】 ﾊﾅｺ"), ("NAME-FORMER", "KANA-DIFFERS")),
        (("山田　花子", "ﾔﾏﾀﾞ ﾊﾅｺ"), ("山田【佐藤】　花子", "ﾔﾏﾀﾞ【ｻﾄｳ】 ﾊﾅｺ"), ("KANJI-FORM", "KANA-FORM")),
        (("山田　花子", "ﾔﾏﾀﾞ ﾊﾅｺ"), ("山田　花子", "ﾔﾏﾀﾞ(ｻﾄｳ) ﾊﾅｺ"), ("KANA-FORM",)),
    ],
)
def test_writing_and_reading(asked: tuple[str, str], held: tuple[str, str], codes: tuple[str, ...]) -> None:
    assert set(judge_name(*chain(asked, held)).codes) == set(codes)
