"""Which data records can be understood, field by field."""

import polars as pl
import pytest

from services.matcher.domain.answers import FIELDS, well_formed

FOUND = {
    "seq": "1",
    "result": "0",
    "candidate": "1",
    "candidates": "1",
    "resident_code": "12345678903",
    "my_number": "123456789018",
    "name_kana": "ﾔﾏﾀﾞ ﾀﾛｳ",
    "name_kanji": "山田　太郎",
    "birth_date": "19450000",
    "sex": "1",
    "postal_code": "1000001",
    "address": "東京都千代田区千代田１－１",
    "municipality_code": "131016",
    "change_reason": "23",
    "change_date": "20260401",
}
NOBODY = dict.fromkeys(FIELDS, "") | {"seq": "2", "result": "1"}


def fits(record: dict[str, str]) -> bool:
    return bool(pl.DataFrame([record]).select(well_formed()).item())


@pytest.mark.parametrize(
    "record",
    [
        FOUND,
        NOBODY,
        NOBODY | {"result": "9"},
        NOBODY | {"result": "2"},
        FOUND | {"my_number": ""},
        FOUND | {"result": "2"},
    ],
)
def test_what_j_lis_may_write_is_understood(record: dict[str, str]) -> None:
    assert fits(record)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("seq", ""),
        ("seq", "0"),
        ("seq", "-1"),
        ("seq", "１"),
        ("seq", "9999999999"),
        ("result", "3"),
        ("result", ""),
        ("candidate", "x"),
        ("candidates", "1000"),
        ("resident_code", ""),
        ("resident_code", "1234567890"),
        ("my_number", "12345678901"),
        ("birth_date", "1945"),
        ("sex", "3"),
        ("change_reason", "77"),
        ("change_date", "2026"),
        ("name_kanji", "山田\x1f太郎"),
        ("address", "東京都\x00"),
    ],
)
def test_anything_else_is_not(field: str, value: str) -> None:
    assert not fits(FOUND | {field: value})


def test_a_named_person_of_too_many_needs_a_code() -> None:
    assert not fits(FOUND | {"result": "2", "resident_code": ""})
    assert fits(FOUND | {"result": "2", "resident_code": "", "candidates": "0"})
