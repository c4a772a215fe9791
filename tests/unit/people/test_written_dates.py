"""Dates as people write them: eras in every notation, and days outside the era that they name."""

import pytest
from hypothesis import given

from shared.people.written_dates import WrittenDate, read_written_date
from tests.unit.people.anything import TEXT, THOROUGH


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("昭和二十年八月十五日", "1945-08-15"),
        ("昭和20年8月15日", "1945-08-15"),
        ("Ｓ２０．８．１５", "1945-08-15"),
        ("s20/8/15", "1945-08-15"),
        ("㍼20-08-15", "1945-08-15"),
        ("昭20.8.15", "1945-08-15"),
        ("令和元年五月一日", "2019-05-01"),
        ("令和 元 年 5 月 1 日", "2019-05-01"),
        ("平成元ねん1がつ8にち", "1989-01-08"),
        ("一九四五年八月十五日", "1945-08-15"),
        ("千九百四十五年八月十五日", "1945-08-15"),
        ("1945/8/15", "1945-08-15"),
        ("1945－08－15", "1945-08-15"),
        ("19450815", "1945-08-15"),
        ("明治45年7月30日", "1912-07-30"),
        ("大正元年7月30日", "1912-07-30"),
        ("2023年2月29日", None),
        ("昭和0年1月1日", None),
        ("元年1月1日", None),
        ("45年8月15日", None),
        ("X1-1-1", None),
        ("昭和20年8月", None),
        ("", None),
    ],
)
def test_written_dates(text: str, day: str | None) -> None:
    assert read_written_date(text) == WrittenDate(day)


def test_outside_the_era() -> None:
    assert read_written_date("昭和64年1月10日") == WrittenDate("1989-01-10", beyond_era=True)
    assert read_written_date("平成31年5月1日") == WrittenDate("2019-05-01", beyond_era=True)
    assert read_written_date("令和元年1月1日") == WrittenDate("2019-01-01", before_era=True)


@THOROUGH
@given(text=TEXT)
def test_any_text_is_read(text: str) -> None:
    assert read_written_date(text).day is None or any(character.isnumeric() for character in text)
