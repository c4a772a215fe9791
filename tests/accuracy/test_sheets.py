"""The benchmark's own truth: how parts become text, and what a record can tell."""

from dataclasses import replace

import pytest

from tests.accuracy.people import Home, Person, divided
from tests.accuracy.sheets import Manner, asked_texts, held_texts, kanji_number, sheet_of, tells_apart, written
from tests.accuracy.tables import same_letters

TOWN = Home("静岡県", "", "静岡市", "清水区", "", "", "高橋", 3, "", "", (9, 12), True, "コーポ緑", "Ａ棟", 203)
VILLAGE = Home("北海道", "石狩郡", "当別町", "", "", "字", "高岡", 0, "前田", "甲", (123, 4), False)
SOMEBODY = Person("高橋", "花子", "タカハシ", "ハナコ", "19600102", "2", TOWN)


@pytest.mark.parametrize(
    ("home", "manner", "text"),
    [
        (TOWN, Manner(), "静岡県静岡市清水区高橋三丁目９番１２号　コーポ緑Ａ棟２０３号"),
        (
            TOWN,
            Manner(chome="hyphen", number="hyphen", building="number"),
            "静岡県静岡市清水区高橋３－９－１２－２０３",
        ),
        (TOWN, Manner(former_city="清水市", prefecture=False, building="none"), "清水市高橋三丁目９番１２号"),
        (TOWN, Manner(number="kanji", building="none"), "静岡県静岡市清水区高橋三丁目九番一二号"),
        (TOWN, Manner(numbers=False, building="none"), "静岡県静岡市清水区高橋三丁目"),
        (VILLAGE, Manner(), "北海道石狩郡当別町字高岡字前田甲１２３番地４"),
        (VILLAGE, Manner(county=False, word=False, aza="-", number="of"), "北海道当別町高岡甲１２３番地の４"),
    ],
)
def test_an_address_is_written_in_its_manner(home: Home, manner: Manner, text: str) -> None:
    assert written(home, manner) == text


def test_both_sides_write_their_own_kana() -> None:
    sheet = sheet_of(SOMEBODY)
    assert held_texts(sheet)[:4] == ("タカハシ　ハナコ", "高橋　花子", "19600102", "2")
    assert asked_texts(sheet)[0] == "ﾀｶﾊｼ ﾊﾅｺ"


@pytest.mark.parametrize(
    ("stranger", "told"),
    [
        (SOMEBODY, False),
        (replace(SOMEBODY, family="髙橋"), False),
        (replace(SOMEBODY, given="花枝"), True),
        (replace(SOMEBODY, birth="19600103"), True),
        (replace(SOMEBODY, home=replace(TOWN, room=204)), True),
        (replace(SOMEBODY, home=replace(TOWN, ward="葵区")), True),
    ],
)
def test_a_record_tells_people_apart_by_what_it_says(stranger: Person, told: bool) -> None:
    assert tells_apart(sheet_of(SOMEBODY), sheet_of(stranger), stranger) is told


def test_what_is_left_out_tells_nothing() -> None:
    next_door = replace(SOMEBODY, home=replace(TOWN, room=204))
    asked = sheet_of(SOMEBODY)
    asked.manner.building = "none"
    assert not tells_apart(asked, sheet_of(next_door), next_door)


def test_a_former_municipality_names_its_successor() -> None:
    elsewhere = replace(SOMEBODY, home=replace(TOWN, ward="葵区"))
    asked = sheet_of(SOMEBODY)
    asked.manner.former_city = "清水市"
    assert tells_apart(asked, sheet_of(elsewhere), elsewhere)
    asked.manner.former_city = "大宮市"  # several wards succeeded it
    assert not tells_apart(asked, sheet_of(elsewhere), elsewhere)


def test_names_of_places_are_parted_where_they_should_be() -> None:
    assert divided("石狩郡当別町") == ("石狩郡", "当別町", "")
    assert divided("札幌市中央区") == ("", "札幌市", "中央区")
    assert divided("郡山市") == ("", "郡山市", "")
    assert [kanji_number(value) for value in (4, 10, 21, 30)] == ["四", "十", "二十一", "三十"]


def test_letters_are_the_same_however_written() -> None:
    assert same_letters("渡邉　ヨシ子") == same_letters("渡辺よし子")
    assert same_letters("葛\U000e0100城") == same_letters("葛城")
    assert same_letters("亨") != same_letters("享")
