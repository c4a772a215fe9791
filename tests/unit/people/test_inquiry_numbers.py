"""照会番号: the check character catches what it promises, and typing is read as meant."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from shared.people.columns.inquiry_numbers import canonical_column, is_inquiry_number_column, new_inquiry_numbers
from shared.people.inquiry_numbers import ALPHABET, canonical, check_character, is_inquiry_number
from tests.unit.people.anything import ANY, THOROUGH

NUMBERS = st.text(ALPHABET, min_size=9, max_size=9).map(lambda body: body + check_character(body))


@THOROUGH
@given(number=NUMBERS)
def test_every_single_error_and_every_swap_is_caught(number: str) -> None:
    assert is_inquiry_number(number)
    wrong = {number[:i] + c + number[i + 1 :] for i in range(10) for c in ALPHABET} - {number}
    for i in range(10):
        for j in range(i):
            swapped = list(number)
            swapped[i], swapped[j] = swapped[j], swapped[i]
            wrong.add("".join(swapped))
    wrong.discard(number)
    found = pl.DataFrame({"number": list(wrong)}).select(is_inquiry_number_column(pl.col("number"))).to_series()
    assert not found.any()
    assert not any(is_inquiry_number(text) for text in wrong)


@THOROUGH
@given(texts=st.lists(NUMBERS | ANY | st.text(ALPHABET + "ilo-", min_size=8, max_size=12), min_size=1, max_size=40))
def test_columns_say_the_same(texts: list[str]) -> None:
    column = pl.col("text")
    found = pl.DataFrame({"text": texts}).select(is_inquiry_number_column(column), read=canonical_column(column))
    assert found["text"].to_list() == [is_inquiry_number(text) for text in texts]
    assert found["read"].to_list() == [canonical(text) for text in texts]
    assert all(canonical(canonical(text)) == canonical(text) for text in texts)


@given(number=NUMBERS)
def test_typed_as_meant(number: str) -> None:
    typed = f" {number[:3]}-{number[3:6]}－{number[6:]} ".lower().replace("1", "l").replace("0", "o")
    assert canonical(typed) == number


def test_new_numbers_are_distinct_and_right() -> None:
    numbers = new_inquiry_numbers(20_000)
    assert numbers.n_unique() == len(numbers) == 20_000
    assert numbers.to_frame().select(is_inquiry_number_column(pl.col("inquiry_number")).all()).item()
    assert is_inquiry_number(numbers[0])
    assert new_inquiry_numbers(0).is_empty()
