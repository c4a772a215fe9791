"""Comparison: each judgement by example, both forms alike on any text, symmetry, and steps that explain it."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.compare import CODES, EVIDENCE, FOUR_ITEMS, JUDGEMENTS, compare, compare_frame
from services.matcher.domain.explain import RULES, explain
from shared.people.person import ITEMS, RawPerson
from tests.unit.people.anything import ADDRESS, ANY, CHARACTERS, THOROUGH

PERSON = RawPerson("ﾔﾏﾀﾞ ﾀﾛｳ", "山田　太郎", "19700101", "1", "1000013", "東京都千代田区霞が関３丁目２番１号")
KANA = (
    st.sampled_from(["ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ　タロウ", "やまたたろー", "ｵｵﾉ", "オノ", "オーノ", "", "■", "・", " "])
    | CHARACTERS
    | ANY
)
KANJI = (
    st.sampled_from(
        ["山田　太郎", "山田 太郎", "髙橋 實", "高橋 実", "SMITH JOHN", "Ｓｍｉｔｈ　John", "", "　", "山\ue000"]
    )
    | CHARACTERS
    | ANY
)
BIRTH = (
    st.sampled_from(
        [
            "19700101",
            "5450101",
            "19700102",
            "19700000",
            "19701301",
            "00000000",
            "19450000",
            "19450815",
            "",
            " 19700101",
            "x",
        ]
    )
    | st.from_regex("19[47][05][01][0-9][0-3][0-9]", fullmatch=True)
    | ANY
)
SEX = st.sampled_from(["1", "2", "１", "", "9", " 1", "x"]) | ANY
PEOPLE = st.builds(RawPerson, KANA, KANJI, BIRTH, SEX, st.just("1000013"), ADDRESS | ADDRESS | CHARACTERS | ANY)


def frame(pairs: list[tuple[RawPerson, RawPerson]]) -> pl.DataFrame:
    columns = {
        f"{side}_{item}": [getattr(pair[place], item) for pair in pairs]
        for place, side in enumerate(("asked", "held"))
        for item in ITEMS
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[RawPerson, RawPerson]:
    """Two people, often alike in most items."""
    asked, held = draw(PEOPLE), draw(PEOPLE)
    alike = draw(st.sets(st.sampled_from(ITEMS)))
    return asked, replace(held, **{item: getattr(asked, item) for item in alike})


@THOROUGH
@given(st.lists(pairs(), min_size=1, max_size=20))
def test_both_forms_judge_alike(people: list[tuple[RawPerson, RawPerson]]) -> None:
    found = compare_frame(frame(people)).select(*EVIDENCE.values(), *FOUR_ITEMS, "differing").rows()
    plain = [compare(asked, held) for asked, held in people]
    codes = [(";".join(item.codes) for item in one.items) for one in plain]
    assert found == [
        (*texts, *one.judgements, ";".join(one.differing)) for texts, one in zip(codes, plain, strict=True)
    ]


@THOROUGH
@given(pairs())
def test_sides_may_be_swapped(people: tuple[RawPerson, RawPerson]) -> None:
    asked, held = people
    assert compare(asked, held) == compare(held, asked)


@THOROUGH
@given(pairs())
def test_codes_follow_judgements(people: tuple[RawPerson, RawPerson]) -> None:
    found = compare(*people)
    assert set(found.differing) <= set(CODES)
    assert list(found.differing) == sorted(found.differing, key=CODES.index)
    agreeing = {"NAME-VARIANT", "ADDRESS-NOTATION", "ADDRESS-OLD-NAME"}
    for item, judgement in zip(FOUR_ITEMS, found.judgements, strict=True):
        codes = {code for code in found.differing if code.startswith("KANA" if item == "kana" else item.upper())}
        assert judgement in JUDGEMENTS
        if judgement == "same":
            assert not codes
        elif judgement not in ("same_by_rule", "partly"):
            assert codes - agreeing


@THOROUGH
@given(PEOPLE)
def test_oneself_never_differs(person: RawPerson) -> None:
    name, birth, sex, address = compare(person, person).judgements
    assert not {"partly", "differs", "same_by_rule"} & {name, sex, address}
    assert birth not in {"differs", "same_by_rule"}  # a day that nobody knows agrees partly with itself


@THOROUGH
@given(pairs())
def test_explaining_never_fails(people: tuple[RawPerson, RawPerson]) -> None:
    for step in explain(*people):
        assert step.rule in RULES
        assert step.before != step.after
        assert step.side in ("asked", "held")


def judged(**held: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = compare(PERSON, replace(PERSON, **held))
    return found.judgements, found.differing


SAME = ("same", "same", "same", "same")


@pytest.mark.parametrize(
    ("held", "name", "codes"),
    [
        ({}, "same", ()),
        ({"name_kana": "ヤマダ　タロウ"}, "same_by_rule", ()),
        ({"name_kana": ""}, "same_by_rule", ()),
        ({"name_kana": "ｻﾄｳ ﾀﾛｳ"}, "partly", ("KANA-DIFFERS",)),
        ({"name_kanji": "山田　大郎"}, "partly", ("NAME-DIFFERS",)),
        ({"name_kanji": "佐藤　太郎", "name_kana": "ｻﾄｳ ﾀﾛｳ"}, "differs", ("NAME-DIFFERS", "KANA-DIFFERS")),
        ({"name_kanji": "佐藤　太郎", "name_kana": ""}, "differs", ("NAME-DIFFERS",)),
        ({"name_kanji": "\ue000田　太郎"}, "cannot_judge", ("NAME-UNCLEAR",)),
        ({"name_kanji": "\ue000田　太郎", "name_kana": "ｻﾄｳ"}, "cannot_judge", ("NAME-UNCLEAR", "KANA-DIFFERS")),
        ({"name_kanji": ""}, "missing", ("NAME-UNCLEAR",)),
    ],
)
def test_names(held: dict[str, str], name: str, codes: tuple[str, ...]) -> None:
    assert judged(**held) == ((name, *SAME[1:]), codes)


def test_a_variant_is_told() -> None:
    found = compare(replace(PERSON, name_kanji="髙橋　實"), replace(PERSON, name_kanji="高橋　実"))
    assert (found.name.judgement, found.differing) == ("same_by_rule", ("NAME-VARIANT",))


def test_private_use_is_never_equal() -> None:
    gaiji = replace(PERSON, name_kanji="\ue000田　太郎", address="東京都\ue000区1")
    found = compare(gaiji, gaiji)
    assert (found.name.judgement, found.address.judgement) == ("cannot_judge", "cannot_judge")


@pytest.mark.parametrize(
    ("held", "judgement"),
    [
        ("5450101", "same_by_rule"),
        ("19700102", "differs"),
        ("19700000", "partly"),
        ("19700100", "partly"),
        ("19700200", "differs"),
        ("19710000", "differs"),
        ("00000000", "cannot_judge"),
        ("unknown", "cannot_judge"),
        ("", "missing"),
    ],
)
def test_births(held: str, judgement: str) -> None:
    code = {"same_by_rule": (), "missing": ("BIRTH-UNCLEAR",), "cannot_judge": ("BIRTH-UNCLEAR",)}
    assert judged(birth_date=held) == (("same", judgement, "same", "same"), code.get(judgement, ("BIRTH-DIFFERS",)))


@pytest.mark.parametrize(
    ("held", "judgement", "codes"),
    [
        ("１", "same_by_rule", ()),
        ("2", "differs", ("SEX-DIFFERS",)),
        ("", "missing", ("SEX-UNCLEAR",)),
        ("9", "cannot_judge", ("SEX-UNCLEAR",)),
    ],
)
def test_sexes(held: str, judgement: str, codes: tuple[str, ...]) -> None:
    assert judged(sex=held) == (("same", "same", judgement, "same"), codes)


NOTATION, OLD, DIFFERS = ("ADDRESS-NOTATION",), ("ADDRESS-OLD-NAME",), ("ADDRESS-DIFFERS",)


@pytest.mark.parametrize(
    ("asked", "held", "judgement", "codes"),
    [
        ("東京都港区三田二丁目15番45号", "港区三田2-15-45", "same_by_rule", NOTATION),
        ("東京都港区三田2-15-45", "東京都港区三田二丁目15番45号 ハイツ三田101号", "same_by_rule", NOTATION),
        ("東京都港区三田2-15-45-101", "東京都港区三田二丁目15番45号 ハイツ三田101号室", "same_by_rule", NOTATION),
        ("東京都港区三田2-15-45 甲荘1", "東京都港区三田2-15-45 乙荘1", "partly", DIFFERS),
        ("東京都港区三田2-15-45", "東京都港区三田2-15-46", "partly", DIFFERS),
        ("東京都港区三田2-15-45", "東京都港区芝2-15-45", "differs", DIFFERS),
        ("東京都港区三田2-15-45", "大阪府大阪市港区三田2-15-45", "differs", DIFFERS),
        ("埼玉県浦和市高砂3-15-1", "埼玉県さいたま市浦和区高砂三丁目15番1号", "same_by_rule", OLD),
        ("三重県員弁郡員弁町石仏100", "三重県いなべ市員弁町石仏100番地", "same_by_rule", OLD),
        ("滋賀県長浜市高月町渡岸寺1", "滋賀県伊香郡高月町渡岸寺1", "same_by_rule", OLD),
        ("新潟県柿崎町柿崎1", "新潟県上越市柿崎区柿崎1番地", "same_by_rule", OLD),
        ("埼玉県浦和市高砂3-15-1", "埼玉県さいたま市浦和区高砂3-15-2", "partly", OLD + DIFFERS),
        ("埼玉県浦和市高砂3-15-1", "埼玉県川口市高砂3-15-1", "differs", DIFFERS),
        ("埼玉県浦和市高砂3-15-1", "埼玉県大宮市高砂3-15-1", "differs", DIFFERS),
        ("横浜市鶴見1-2", "横浜市鶴見区鶴見1-2", "partly", DIFFERS),
        ("東京都港区三田", "", "missing", ("ADDRESS-UNCLEAR",)),
        ("東京都港区三田", "東京都港区\ue000田", "cannot_judge", ("ADDRESS-UNCLEAR",)),
        ("府中市宮西町2-24", "東京都府中市宮西町二丁目24番地", "same_by_rule", NOTATION),
        ("Seoul 1-2", "ＳＥＯＵＬ　1-2", "same_by_rule", NOTATION),
    ],
)
def test_addresses(asked: str, held: str, judgement: str, codes: tuple[str, ...]) -> None:
    found = compare(replace(PERSON, address=asked), replace(PERSON, address=held))
    assert (found.address.judgement, found.differing) == (judgement, codes)


def test_no_rows_and_nulls() -> None:
    empty = frame([])
    assert compare_frame(empty).height == 0
    nulls = pl.DataFrame({name: [None] for name in empty.columns}, schema=empty.schema)
    assert compare_frame(nulls).select(FOUR_ITEMS).row(0) == ("missing",) * 4


def test_steps_name_rule_side_and_texts() -> None:
    asked = RawPerson("ﾔﾏﾀﾞ", "髙橋", "5640110", "1", "", "埼玉県浦和市高砂三丁目15番1号")
    steps = {(step.item, step.rule): (step.before, step.after) for step in explain(asked, replace(asked, address=""))}
    assert steps["name_kana", "SOUND-MARKS"] == ("ヤマダ", "ヤマタ")
    assert steps["name_kanji", "VARIANT-JIS"] == ("髙橋", "高橋")
    assert steps["birth_date", "BEYOND-ERA"] == ("5640110", "19890110")
    assert steps["address", "FORMER-NAME"] == ("埼玉県浦和市高砂三丁目15番1号", "さいたま市|高砂三丁目15番1号")
    assert steps["address", "NUMERALS"][0] == "さいたま市|高砂三丁目15番1号"


def test_nothing_to_explain() -> None:
    plain = RawPerson("ヤマタ", "山田", "19700101", "1", "", "東京都港区三田2-15-45")
    taken = {(step.item, step.rule) for step in explain(plain, plain)}
    assert taken == {("address", "MUNICIPALITY"), ("address", "ADDRESS-PARTS")}
