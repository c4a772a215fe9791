"""Check digits: published samples, the two forms of each rule, refusal of zeros."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.people.check_digits import (
    is_municipality_code,
    is_my_number,
    is_resident_code,
    municipality_code_of,
    my_number_of,
    resident_code_of,
)
from shared.people.columns.check_digits import is_municipality_code_column, is_my_number_column, is_resident_code_column
from tests.unit.people.anything import ANY, THOROUGH

RULES = {
    12: (is_my_number, is_my_number_column),
    11: (is_resident_code, is_resident_code_column),
    6: (is_municipality_code, is_municipality_code_column),
}


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


@pytest.mark.parametrize("number", ["123456789018", "246801357910", "908172635441", "379474484458", "983205673214"])
def test_published_individual_numbers(number: str) -> None:
    assert is_my_number(number)
    assert my_number_of(number[:11]) == number


@pytest.mark.parametrize("code", ["12345678903", "13579246809", "10000000030", "24727059608", "24846016224"])
def test_published_resident_codes(code: str) -> None:
    assert is_resident_code(code)
    assert resident_code_of(code[:10]) == code


@pytest.mark.parametrize("code", ["131032", "271004", "141003", "010006", "470007"])
def test_municipality_codes(code: str) -> None:
    assert is_municipality_code(code)
    assert municipality_code_of(code[:5]) == code


@pytest.mark.parametrize(
    "text", ["507957100722", "000000000000", "12345678901", "1234567890189", "１２３４５６７８９０１８", ""]
)
def test_no_individual_number(text: str) -> None:
    assert not is_my_number(text)


@pytest.mark.parametrize("text", ["25208017644", "00000000000", "2520801764", " 25208017643"])
def test_no_resident_code(text: str) -> None:
    assert not is_resident_code(text)


@pytest.mark.parametrize("length", RULES)
@THOROUGH
@given(data=st.data())
def test_columns_say_the_same(length: int, data: st.DataObject) -> None:
    plain, column = RULES[length]
    made = {12: my_number_of, 11: resident_code_of, 6: municipality_code_of}[length]
    right = digits(length - 1).map(made)
    texts = data.draw(st.lists(right | digits(length) | digits(length + 1) | ANY, min_size=1, max_size=40))
    found = pl.DataFrame({"text": texts}).select(column(pl.col("text"))).to_series().to_list()
    assert found == [plain(text) for text in texts]


def test_null_is_no_number() -> None:
    nothing = pl.DataFrame({"text": [None]}, schema={"text": pl.String})
    assert [nothing.select(column(pl.col("text"))).item() for _, column in RULES.values()] == [False] * 3
