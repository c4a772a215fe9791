"""Variant characters: what the tables hold, one hop only, and two lists of pairs written from general knowledge."""

import unicodedata
from pathlib import Path

import pytest

from shared.people.characters import character_set, compatibility_forms, is_unreadable, without_selectors
from shared.people.names import kanji_key
from shared.people.variants import (
    CONFUSED,
    OLD_FORM,
    SAME_CHARACTER,
    are_confused,
    confused_pairs,
    rule_of,
    rules,
    strength_of,
    variant_bases,
    variants,
)

DATA = Path(__file__).parent / "data"


def listed(name: str) -> list[tuple[str, str]]:
    lines = (DATA / f"{name}.csv").read_text("utf-8").splitlines()
    rows = [line.split(",") for line in lines if not line.startswith("#")]
    return [(one, other) for one, other in rows[1:]]


def test_a_variant_has_one_base_and_a_base_is_no_variant() -> None:
    assert not set(variant_bases().values()) & set(variants())
    assert set(variant_bases()) == set(variant_bases(SAME_CHARACTER)) | set(variant_bases(OLD_FORM))
    assert not set(variant_bases(SAME_CHARACTER)) & set(variant_bases(OLD_FORM))


def test_tables_hold_single_characters_in_compatible_form() -> None:
    ends = [(variant, base) for variant, (base, _) in variants().items()]
    ends += [(one, other) for one, other in map(sorted, confused_pairs())]
    assert all(len(end) == 1 and unicodedata.normalize("NFKC", end) == end for pair in ends for end in pair)


def test_confused_pairs_are_of_bases() -> None:
    assert not {end for pair in confused_pairs() for end in pair} & set(variants())


def test_every_relation_has_a_strength_and_words() -> None:
    strong = {relation for _, relation in variants().values()}
    weak = set(confused_pairs().values())
    assert {strength_of(relation) for relation in strong} == {SAME_CHARACTER, OLD_FORM}
    assert {strength_of(relation) for relation in weak} == {CONFUSED}
    assert all(rules()[rule_of(relation)]["ja"] and rules()[rule_of(relation)]["en"] for relation in strong | weak)


def test_the_lists_are_long_enough() -> None:
    assert len(listed("same_characters")) >= 150
    assert len(listed("other_characters")) >= 100


@pytest.mark.parametrize(("one", "other"), listed("same_characters"))
def test_same_characters(one: str, other: str) -> None:
    assert kanji_key(one) == kanji_key(other)


@pytest.mark.parametrize(("one", "other"), listed("other_characters"))
def test_other_characters(one: str, other: str) -> None:
    assert kanji_key(one) != kanji_key(other)


@pytest.mark.parametrize(("one", "other"), [("斉", "斎"), ("崎", "埼"), ("芸", "藝"), ("舛", "升"), ("明", "朋")])
def test_commonly_confused(one: str, other: str) -> None:
    assert are_confused(one, other)
    assert are_confused(other, one)
    assert not are_confused(one, one)


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("亜", "jis-x-0208"),
        ("弌", "jis-x-0208"),
        ("髙", "cp932"),
        ("﨑", "cp932"),
        ("俱", "jis-x-0213"),
        ("𠮷", "other"),
        ("𠀋", "jis-x-0213"),
        ("\ue000", "private-use"),
    ],
)
def test_character_sets(character: str, name: str) -> None:
    assert character_set(character) == name


def test_marks_of_writing() -> None:
    assert without_selectors("葛\U000e0100城\ufe00") == "葛城"
    assert compatibility_forms("\ufa19田﨑") == ["\ufa19"]  # 﨑 is in that block, but no compatibility form
    assert all(map(is_unreadable, "〓■□\ue000\ufffd"))
