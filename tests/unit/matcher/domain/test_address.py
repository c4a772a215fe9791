"""The address beside another: what agrees by rule, what a person must look at, and the two forms of the rule."""

import re
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.domain.items.address import judge_address, judge_addresses
from services.matcher.domain.items.judgement import AGREES, BY_RULE, DIFFERS, PARTLY, SAME
from tests.unit.matcher.domain.written_addresses import PLACES, Place, ways_to_write, written
from tests.unit.people.anything import ADDRESS, TEXT, THOROUGH

PAIRS = st.lists(st.tuples(ADDRESS | TEXT | written(), ADDRESS | TEXT | written()), min_size=1, max_size=25)


@THOROUGH
@given(pairs=PAIRS, one_place=st.sampled_from(PLACES).flatmap(lambda place: st.lists(ways_to_write(place), min_size=2)))
def test_columns_say_the_same(pairs: list[tuple[str, str]], one_place: list[str]) -> None:
    pairs = [*pairs, *pairwise(one_place)]
    frame = pl.DataFrame(pairs, schema={"asked_address": pl.String, "held_address": pl.String}, orient="row")
    assert judge_addresses(frame)["codes"].to_list() == [";".join(judge_address(*pair).codes) for pair in pairs]


@THOROUGH
@given(one=ADDRESS | TEXT | written(), other=ADDRESS | TEXT | written())
def test_neither_side_comes_first(one: str, other: str) -> None:
    assert judge_address(one, other) == judge_address(other, one)


@THOROUGH
@given(text=written())
def test_an_address_is_itself(text: str) -> None:
    assert judge_address(text, text).judgement == SAME


@THOROUGH
@given(ways=st.sampled_from(PLACES).flatmap(lambda place: st.tuples(ways_to_write(place), ways_to_write(place))))
def test_all_ways_to_write_one_address_agree(ways: tuple[str, str]) -> None:
    assert judge_address(*ways).judgement in AGREES, judge_address(*ways)


@THOROUGH
@given(data=st.data(), place=st.sampled_from(PLACES))
def test_another_digit_is_another_address(data: st.DataObject, place: Place) -> None:
    one, other = data.draw(ways_to_write(place)), data.draw(ways_to_write(place, arabic=True))
    spots = [match.start() for match in re.finditer("[0-9]", other)]
    spot = data.draw(st.sampled_from(spots))
    digit = data.draw(st.sampled_from([digit for digit in "123456789" if digit != other[spot]]))
    changed = other[:spot] + digit + other[spot + 1 :]
    assert judge_address(one, changed).judgement not in AGREES, (changed, judge_address(one, changed))


@pytest.mark.parametrize(
    ("asked", "held", "codes"),
    [
        ("東京都千代田区霞が関3-2-1", "東京都千代田区霞が関三丁目2番1号", ["NOTATION"]),
        ("千代田区霞が関3-2-1", "東京都千代田区霞が関３丁目２番１号", ["PREFECTURE-OMITTED"]),
        ("府中市宮西町2-24", "東京都府中市宮西町2丁目24番地", ["PREFECTURE-OMITTED"]),
        ("鹿島市古枝22-26", "佐賀県鹿島市古枝22番地26", ["PREFECTURE-OMITTED"]),
        ("北海道ニセコ町字富士見55", "北海道虻田郡ニセコ町富士見55番地", ["COUNTY-OMITTED"]),
        ("茨城県龍ケ崎市3710", "茨城県竜ヶ崎市3710番地", ["VARIANT"]),
        ("東京都千代田区霞が関3-2-1", "東京都千代田区霞が関3-2-1霞ビル1201", ["BUILDING-OMITTED"]),
        ("東京都千代田区霞が関3-2-1霞ビル", "東京都千代田区霞が関3-2-1霞ビル1201号室", ["BUILDING-OMITTED"]),
        ("東京都千代田区霞が関3-2-1-1201", "東京都千代田区霞が関3-2-1霞ビル1201", ["BUILDING-OMITTED"]),
        ("京都市中京区上本能寺前町488", "京都市中京区寺町通御池上る上本能寺前町488番地", ["STREET-OMITTED"]),
        ("三重県員弁郡員弁町石仏100", "三重県いなべ市員弁町石仏100番地", ["OLD-NAME"]),
        ("埼玉県浦和市高砂3-15-1", "埼玉県さいたま市浦和区高砂三丁目15番1号", ["OLD-NAME"]),
        ("静岡県浜松市中区元城町103-2", "静岡県浜松市中央区元城町103番地の2", ["OLD-NAME"]),
        ("愛媛県松山市津吉町甲123番地", "愛媛県松山市津吉町甲123", ["NOTATION"]),
    ],
)
def test_agrees_by_rule(asked: str, held: str, codes: list[str]) -> None:
    found = judge_address(asked, held)
    assert found.judgement == BY_RULE
    assert list(found.codes) == [f"ADDRESS-{code}" for code in codes]


@pytest.mark.parametrize(
    ("asked", "held", "judgement", "code"),
    [
        ("東京都千代田区霞が関3-2-1", "東京都千代田区霞が関3-2-2", PARTLY, "NUMBER-DIFFERS"),
        ("東京都千代田区霞が関3-2", "東京都千代田区霞が関3-2-1", PARTLY, "NUMBER-MISSING"),
        ("愛媛県松山市津吉町123番地", "愛媛県松山市津吉町甲123番地", PARTLY, "NUMBER-DIFFERS"),
        ("愛媛県松山市津吉町123番地", "愛媛県松山市津吉町123番地甲", PARTLY, "NUMBER-MISSING"),
        ("東京都千代田区霞が関3-2-1霞ビル101", "東京都千代田区霞が関3-2-1霞ビル102", PARTLY, "ROOM-DIFFERS"),
        ("東京都千代田区霞が関3-2-1-101", "東京都千代田区霞が関3-2-1", PARTLY, "NUMBER-MISSING"),
        ("東京都千代田区霞が関3-2-1", "東京都千代田区霞が関3-2-1階", PARTLY, "NUMBER-DIFFERS"),
        ("横浜市鶴見中央1-2", "神奈川県横浜市鶴見区鶴見中央1-2", PARTLY, "WARD-OMITTED"),
        ("長野県長野市大字南長野692-2", "長野県長野市大字南長野字幅下692-2", PARTLY, "AZA-OMITTED"),
        ("霞が関3-2-1", "東京都千代田区霞が関3-2-1", PARTLY, "MUNICIPALITY-OMITTED"),
        ("三重県四日市市大字日永1-2", "三重県四日市市日永一丁目2", PARTLY, "TOWN-UNSURE"),
        ("東京都世田谷区三軒茶屋1丁目2", "東京都世田谷区三軒茶屋1番地2", PARTLY, "NUMBER-DIFFERS"),
        ("埼玉県浦和市仲町1-1", "埼玉県さいたま市大宮区仲町1-1", PARTLY, "TOWN-UNSURE"),
        ("京都市中京区寺町通御池上る亀屋町1", "京都市中京区御幸町通御池上る亀屋町1", PARTLY, "STREET-DIFFERS"),
        ("東京都千代田区霞が関3-2-1", "東京都千代田区永田町3-2-1", DIFFERS, "TOWN-DIFFERS"),
        ("東京都千代田区霞が関3-2-1", "東京都港区霞が関3-2-1", DIFFERS, "MUNICIPALITY-DIFFERS"),
        ("東京都府中市宮西町2-24", "広島県府中市宮西町2-24", DIFFERS, "MUNICIPALITY-DIFFERS"),
        ("群馬県勢多郡東村沢入1", "群馬県佐波郡東村沢入1", DIFFERS, "MUNICIPALITY-DIFFERS"),
        ("埼玉県浦和市高砂3-15-1", "埼玉県川口市高砂3-15-1", DIFFERS, "MUNICIPALITY-DIFFERS"),
    ],
)
def test_never_agrees(asked: str, held: str, judgement: str, code: str) -> None:
    found = judge_address(asked, held)
    assert f"ADDRESS-{code}" in found.codes, found
    assert found.judgement == judgement
