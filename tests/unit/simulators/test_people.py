"""The synthetic registry: plausible, valid, the same for the same seed, and with histories that can happen."""

import ast
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import simulators
from simulators.people import numbers
from simulators.people.generate import generate
from simulators.people.registry import NotARegistry, Registry, valid_on

FIRST_DAY = date(2024, 4, 1)
COUNT = 6_000


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return generate(COUNT, 11, tmp_path_factory.mktemp("people"))


@pytest.fixture(scope="module")
def versions(registry: Registry) -> pl.DataFrame:
    return pl.concat(registry.parts())


def test_the_same_seed_gives_the_same_people_and_another_seed_others(registry: Registry, tmp_path: Path) -> None:
    again = pl.concat(generate(COUNT, 11, tmp_path / "again").parts())
    other = pl.concat(generate(COUNT, 12, tmp_path / "other").parts())
    assert again.equals(pl.concat(registry.parts()))
    assert not other.equals(again)


@pytest.mark.parametrize("whole", ["12345678903", "13579246809", "10000000030", "123456789018", "246801357910"])
def test_check_digits_are_those_of_the_published_examples(whole: str) -> None:
    assert numbers.check_digit(whole[:-1]) == whole[-1]


def test_every_code_and_number_has_a_valid_check_digit(versions: pl.DataFrame) -> None:
    for column, length in (("resident_code", 11), ("my_number", 12)):
        values = versions[column].unique().to_list()
        assert all(len(value) == length and numbers.check_digit(value[:-1]) == value[-1] for value in values)


def test_no_two_people_and_no_two_generations_share_a_code() -> None:
    people = np.repeat(np.arange(20_000), numbers.GENERATIONS)
    generations = np.tile(np.arange(numbers.GENERATIONS), 20_000)
    assert len(set(numbers.resident_codes(people, generations, 3))) == len(people)
    assert len(set(numbers.my_numbers(people, generations, 3))) == len(people)


def test_everybody_has_two_names_a_reading_an_address_and_a_municipality(versions: pl.DataFrame) -> None:
    assert versions.filter(~pl.col("kanji").str.contains("^[^　]+　[^　]+$")).is_empty()
    assert versions.filter(~pl.col("kana").str.contains("^[ァ-ヴー]+　[ァ-ヴー]+$")).is_empty()
    assert versions.filter(~pl.col("address").str.contains("[都道府県].+[０-９]")).is_empty()
    assert versions.filter(~pl.col("postal_code").str.contains("^[0-9]{7}$")).is_empty()
    assert versions.filter(~pl.col("municipality").str.contains("^[0-9]{6}$")).is_empty()
    assert set(versions["sex"].unique()) == {"1", "2"}


def test_there_are_old_characters_foreign_names_and_unknown_days(versions: pl.DataFrame) -> None:
    assert versions["kanji"].str.contains("[髙﨑邊邉齋濵]").any()
    assert versions["kanji"].str.contains("^[A-Z]+　[A-Z]+$").any()
    assert versions["birth"].str.ends_with("00").any()
    ages = 2024 - versions["birth"].str.head(4).cast(pl.Int32)
    assert (ages >= 14).all()
    assert (ages <= 102).all()


def test_one_entry_is_valid_for_each_person_on_each_day(registry: Registry) -> None:
    for day in (FIRST_DAY, date(2025, 8, 1), date(2027, 12, 31)):
        current = pl.concat(registry.current(day))
        assert current["person"].to_list() == list(range(COUNT))
        assert (current["valid_from"] <= day).all()


def test_nothing_happens_to_the_dead(versions: pl.DataFrame) -> None:
    ended = versions.with_columns(following=pl.col("reason").shift(-1).over("person"))
    assert ended.filter(pl.col("reason").is_in(["21", "23", "29"]) & pl.col("following").is_not_null()).is_empty()
    abroad = ended.filter((pl.col("reason") == "22") & pl.col("following").is_not_null())
    assert len(abroad) > 0
    assert set(abroad["following"]) == {"12"}


def test_each_reason_changes_what_it_says_and_nothing_else(versions: pl.DataFrame) -> None:
    before = [pl.col(name).shift(1).over("person").alias(f"was_{name}") for name in CHANGED_BY]
    pairs = versions.with_columns(before).filter(pl.col("was_address").is_not_null())
    for name, reasons in CHANGED_BY.items():
        changed = pairs.filter(pl.col(name) != pl.col(f"was_{name}"))
        assert set(changed["reason"]) <= reasons, name
        assert len(changed) > 0, name
    assert pairs.filter(pl.col("birth") != pl.col("birth").first().over("person")).is_empty()


CHANGED_BY = {
    "address": {"11", "12", "31"},
    "kana": {"33"},
    "kanji": {"32", "33"},
    "resident_code": {"51"},
    "my_number": {"41"},
}


def test_a_move_within_the_municipality_stays_there(versions: pl.DataFrame) -> None:
    moves = versions.with_columns(was=pl.col("municipality").shift(1).over("person")).filter(
        (pl.col("reason") == "31") & pl.col("was").is_not_null()
    )
    assert len(moves) > 0
    assert (moves["was"] == moves["municipality"]).all()


def test_some_people_share_all_four_items(registry: Registry) -> None:
    current = valid_on(pl.concat(registry.parts()), FIRST_DAY)
    shared = current.group_by("kana", "birth", "sex", "address").len()["len"]
    assert (shared == 2).any()
    assert shared.max() == 7


def test_a_folder_without_a_registry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotARegistry):
        Registry.open(tmp_path)


def test_the_simulators_stand_apart_from_the_services() -> None:
    allowed = {"shared.discs.image"}
    for file in Path(simulators.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            inner = {name for name in names if name.split(".")[0] in {"services", "shared", "cli"}}
            assert inner <= allowed, file
