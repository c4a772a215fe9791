"""Addresses for showing: official spellings, the rest as written, the town master, and the steps to the key."""

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given

from shared.people.address_parts import AddressParts, parse_address
from shared.people.address_steps import address_steps
from shared.people.addresses import folded, read_address
from shared.people.aligned import aligned
from shared.people.characters import is_blank
from shared.people.towns import codes_with, is_twin, kanji_number, locate
from shared.people.variants import rules
from tests.unit.people.anything import ADDRESS, CHARACTERS, TEXT, THOROUGH


def parts(text: str, **wanted: str) -> None:
    found = parse_address(text)
    assert {name: getattr(found, name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("text", "town", "rest"),
    [
        ("愛知県弥富市又八四丁目12番地", "又八四丁目", "12番地"),
        ("愛知県弥富市又八4-12", "又八四丁目", "12"),
        ("札幌市中央区北３条西６－１", "北三条西六丁目", "1"),
        ("札幌市白石区南郷通1南8-1", "南郷通一丁目南", "8-1"),
        ("大阪府堺市南区新檜尾台2-3-1", "新檜尾台二丁", "3-1"),
        ("岩手県普代村第11地割字柏木平5", "第十一地割字柏木平", "5"),
        ("長野県長野市南長野字幅下692-2", "大字南長野", "字幅下692-2"),
        ("京都市中京区寺町通御池上る上本能寺前町488", "上本能寺前町", "488"),
        ("静岡県浜松市北区三方原町1", "三方原町", "1"),
    ],
)
def test_town_and_rest(text: str, town: str, rest: str) -> None:
    found = parse_address(text)
    assert (found.town, found.rest, found.unknown) == (town, rest, "")


def test_numbers_building_floor_and_room() -> None:
    text = "東京都千代田区霞が関３丁目２番１号の４　霞ビル１２階１２０１号室"
    parts(text, chome="3", block="2", number="1", branch="4", building="霞ビル12階1201号室", floor="12", room="1201")
    parts("愛媛県松山市津吉町甲123番地2", block="甲123", number="2")
    parts("京都市上京区下立売通新町西入薮ノ内町", street="下立売通新町西入", town="藪之内町", rest="")
    parts("北海道石狩支庁石狩市花川北1条2-3", municipality="石狩市", town="花川北一条二丁目", block="3")


def test_places_are_completed_as_far_as_they_are_certain() -> None:
    parts("青森県六ケ所村尾駮", county="上北郡", municipality="六ヶ所村", town="大字尾駮")
    parts("三軒茶屋二丁目", prefecture="東京都", municipality="世田谷区", town="三軒茶屋二丁目")
    parts("府中市", municipality_code="", unknown="ambiguous")
    parts("東京都世田谷区六軒茶屋1", municipality="世田谷区", town="六軒茶屋", unknown="town")
    parts("東京都世田谷区三軒茶屋四丁目", town="三軒茶屋", unknown="chome")
    parts("東京都世田屋区三軒茶屋", prefecture="東京都", municipality="", unknown="municipality")
    assert parse_address("") == AddressParts(unknown="place")


def test_former_names_by_date() -> None:
    parts("篠山市北新町41", municipality="丹波篠山市", old_name="篠山市", since="1999-04-01", until="2019-05-01")
    parts("埼玉県浦和市常盤6-4-4", municipality="さいたま市浦和区", old_name="浦和市", town="常盤六丁目")
    parts("福岡県八幡市大字枝光1", old_name="八幡市", until="1963-02-10")
    # 串本町 changed its county when it was founded anew.
    today, then = parse_address("和歌山県串本町串本1"), parse_address("和歌山県西牟婁郡串本町串本1", date(2000, 1, 1))
    assert (today.old_name, then.old_name) == ("", "串本町")


def test_the_town_master() -> None:
    assert codes_with("三軒茶屋") == ("131121",)
    assert is_twin("242021", "日永")
    assert locate("131121", "六軒茶屋") is None
    assert [kanji_number(value) for value in (1, 10, 11, 20, 42)] == ["一", "十", "十一", "二十", "四十二"]


def test_comparing_keys_needs_no_town_master() -> None:
    code = "import sys; from shared.people.addresses import read_address; read_address('千代田区霞が関3-2-1');"
    told = subprocess.run(
        [sys.executable, "-c", code + "print([m for m in sys.modules if m in ('polars', 'shared.people.towns')])"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == "[]"


@THOROUGH
@given(text=CHARACTERS | ADDRESS)
def test_folded_text_knows_where_it_stood(text: str) -> None:
    whole = aligned(text)
    assert whole.text == folded(text)
    assert list(whole.offsets) == sorted(whole.offsets)
    assert len(whole.offsets) == len(whole.text) + 1
    assert whole.written(0) in text


@THOROUGH
@given(text=TEXT)
def test_any_text_has_parts(text: str) -> None:
    found = parse_address(text)
    assert found.prefecture == "" or found.prefecture in text or found.municipality


@THOROUGH
@given(text=TEXT)
def test_steps_lead_from_the_text_to_its_key(text: str) -> None:
    at = text
    for step in address_steps(text):
        assert step.before == at != step.after
        assert step.rule in rules()
        at = step.after
    assert at == text if is_blank(text) else at == read_address(text).key
