"""Dates of birth: eras with their borders, impossible days, and the two forms of the rule."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.people.columns.dates import beyond_era_column, looks_like_date_column, western_column
from shared.people.dates import KnownParts, beyond_era, known_parts, looks_like_date, read_birth, western
from tests.unit.people.anything import ANY, THOROUGH

NEAR_DATES = st.from_regex("[13579][0-9]{2}[01][0-9][0-3][0-9]", fullmatch=True) | st.from_regex(
    "(0000|1[89][0-9]{2}|20[0-9]{2})[01][0-9][0-3][0-9]", fullmatch=True
)


@pytest.mark.parametrize(
    ("text", "day", "beyond"),
    [
        ("19450815", "19450815", False),
        ("5010101", None, False),  # before 昭和 began
        ("5011225", "19261225", False),
        ("3151225", "19261225", False),  # both eras carry the day
        ("3151226", "19261226", True),
        ("1450730", "19120730", False),
        ("3010730", "19120730", False),
        ("5640107", "19890107", False),
        ("5640110", "19890110", True),
        ("7310430", "20190430", False),
        ("7310501", "20190501", True),
        ("9010501", "20190501", False),
        ("9010430", None, False),
        ("9000501", None, False),
        ("2010101", None, False),
        ("20240229", "20240229", False),
        ("20230229", None, False),
        ("19450000", None, False),
        ("00000101", None, False),
        ("１９４５０８１５", None, False),
    ],
)
def test_dates(text: str, day: str | None, beyond: bool) -> None:
    read = read_birth(text)
    assert (read.raw, read.western, read.beyond_era) == (text, day, beyond)


@THOROUGH
@given(texts=st.lists(NEAR_DATES | ANY, min_size=1, max_size=40))
def test_columns_say_the_same(texts: list[str]) -> None:
    column = pl.col("text")
    found = pl.DataFrame({"text": texts}).select(
        western=western_column(column), beyond=beyond_era_column(column), looks=looks_like_date_column(column)
    )
    assert found["western"].to_list() == [western(text) for text in texts]
    assert found["beyond"].to_list() == [beyond_era(text) for text in texts]
    assert found["looks"].to_list() == [looks_like_date(text) for text in texts]
    assert all(western(day) == day for day in map(western, texts) if day)


@pytest.mark.parametrize(
    ("text", "year", "month", "day"),
    [
        ("19450815", "1945", "08", "15"),
        ("5200815", "1945", "08", "15"),
        ("19450000", "1945", "", ""),
        ("19450100", "1945", "01", ""),
        ("19450015", "1945", "", "15"),
        ("19450199", "1945", "01", ""),
        ("19459999", "1945", "", ""),
        ("1945    ", "1945", "", ""),
        ("194508  ", "1945", "08", ""),
        ("19450231", "1945", "02", ""),
        ("19450229", "1945", "02", ""),
        ("5200000", "1945", "", ""),
        ("5200800", "1945", "08", ""),
        ("5010101", "1926", "01", ""),
        ("5000101", "", "", ""),
        ("00000000", "", "", ""),
        ("99999999", "", "", ""),
        ("00000815", "", "", ""),
        ("不詳", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_what_an_unknown_day_says(text: str, year: str, month: str, day: str) -> None:
    assert known_parts(text) == KnownParts(year, month, day)
