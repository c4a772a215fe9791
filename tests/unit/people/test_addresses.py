"""Addresses: municipality, numbers, ways to write the same, and the two forms of each rule."""

from dataclasses import astuple

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.people.addresses import folded, read_address
from shared.people.columns.addresses import COLUMNS, PLACE, folded_column, read_addresses, read_municipalities
from shared.people.columns.numerals import with_hyphens_column
from shared.people.municipalities import by_code, current, former, prefectures
from shared.people.numerals import number, with_hyphens
from tests.unit.people.anything import ADDRESS, TEXTS, THOROUGH

ADDRESSES = st.lists(ADDRESS, min_size=1, max_size=60)


@THOROUGH
@given(texts=TEXTS | ADDRESSES)
def test_columns_say_the_same(texts: list[str]) -> None:
    found = read_addresses(pl.Series(texts, dtype=pl.String))
    assert found.columns == list(COLUMNS)
    assert found.rows() == [astuple(read_address(text)) for text in texts]


@THOROUGH
@given(texts=TEXTS | ADDRESSES)
def test_folding_and_numerals_say_the_same(texts: list[str]) -> None:
    column = pl.col("text")
    found = pl.DataFrame({"text": texts}).select(folded=folded_column(column), hyphened=with_hyphens_column(column))
    assert found["folded"].to_list() == [folded(text) for text in texts]
    assert found["hyphened"].to_list() == [with_hyphens(text) for text in texts]


def test_every_municipality_is_recognised_both_ways() -> None:
    texts = [place.prefecture + place.county + place.name + "本町一丁目2番3号" for place in current()]
    found = read_municipalities(pl.Series(texts))
    assert found["municipality_code"].to_list() == [place.code for place in current()]
    assert found.columns == list(PLACE)
    assert {read_address(text).numbers for text in texts} == {"1-2-3"}
    assert len(prefectures()) == 47


def test_every_former_municipality_knows_what_it_became() -> None:
    assert all(place.became for place in former())
    assert {code for place in former() for code in place.became} <= set(by_code())
    texts = pl.Series([place.prefecture + place.county + place.name + "本町1" for place in former()])
    found = read_municipalities(texts)
    assert [folded(name) for name in found["old_name"]] == [folded(place.name) for place in former()]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("東京都千代田区霞が関３丁目２番１号", "千代田区霞ヶ関3-2-1"),
        ("東京都千代田区霞が関三丁目二番一号", "東京都千代田区霞ケ関３－２－１"),
        ("愛知県弥富市又八四丁目12番地", "弥富市又八4-12"),
        ("三重県いなべ市大字石仏二千三百四番地の三", "いなべ市石仏2304-3"),
        ("横浜市鶴見区鶴見一丁目二三番地", "神奈川県横浜市鶴見区鶴見１丁目２３番地"),
        ("北海道札幌市中央区北3条西6丁目1", "札幌市中央区北三条西6-1"),
        ("神奈川県鎌倉市山ノ内189", "鎌倉市山之内189番地"),
        ("東京都葛󠄀飾区立石5-13-1", "葛飾区立石五丁目13番1号"),
        ("北海道虻田郡ニセコ町字富士見55番地", "ニセコ町富士見55"),
        ("東京都三宅島三宅村坪田1", "三宅村坪田1番地"),
        ("長野県長野市南長野幅下692の2", "長野市南長野幅下692－2"),
        ("宮城県塩釜市海岸通15-1", "塩竈市海岸通15番1号"),
        ("千代田区一番町5の3", "東京都千代田区1番町5-3"),
        ("岩手県普代村第十一地割字柏木平5番地", "普代村11地割柏木平5"),
        ("大阪府堺市南区新檜尾台2丁3番1号", "堺市南区新檜尾台2-3-1"),
        ("愛媛県松山市津吉町甲123番地", "松山市津吉町甲123"),
    ],
)
def test_same_address(one: str, other: str) -> None:
    assert read_address(one).municipality_code
    assert read_address(one).key == read_address(other).key


@pytest.mark.parametrize(
    ("text", "municipality", "code", "old_name"),
    [
        ("府中市宮西町2-24", "府中市", "", ""),
        ("広島県府中市府川町315", "府中市", "342084", ""),
        ("埼玉県浦和市高砂3-15-1", "浦和市", "", "浦和市"),
        ("三重県員弁郡員弁町石仏100", "員弁町", "242144", "員弁町"),
        ("静岡県浜松市中区元城町103-2", "浜松市中区", "221384", "浜松市中区"),
        ("横浜市鶴見1-2", "横浜市", "141003", ""),
        ("ソウル特別市", "", "", ""),
        ("東京都", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_municipalities(text: str, municipality: str, code: str, old_name: str) -> None:
    read = read_address(text)
    assert (read.municipality, read.municipality_code, read.old_name) == (municipality, code, old_name)


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("二十三", 23),
        ("二三", 23),
        ("千", 1000),
        ("二千三百四", 2304),
        ("一〇五", 105),
        ("十", 10),
        ("三二十", None),
        ("十十", None),
    ],
)
def test_numerals(numeral: str, value: int | None) -> None:
    assert number(numeral) == value


def test_null_is_empty() -> None:
    nothing = pl.Series([None], dtype=pl.String)
    assert read_addresses(nothing).rows() == [astuple(read_address(""))]
    assert read_municipalities(nothing).height == 1
    assert read_addresses(pl.Series([], dtype=pl.String)).height == 0
