"""Dates as people write them: 令和二年1月31日, R2.1.31, ㍻31-4-30, 昭元年1月1日, 二〇一九年一月一日, 2019/1/1.

The western day is counted from the era's first year, also where the era had not begun or was over: the flags say so.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from shared.calendar.eras import ERAS
from shared.people.numerals import number

_ERA_NAMES = {name: era for era in ERAS for name in (era.name, era.name[0], era.letter)}
_NUMERAL = "[0-9]{1,4}|[〇零一二三四五六七八九十百千]{1,8}"
_DIVIDERS = {"年": "年|ねん|[-./]", "月": "月|がつ|[-./]"}
_WRITTEN = re.compile(
    f"(?P<era>{'|'.join(_ERA_NAMES)})?(?P<year>元|{_NUMERAL})(?:{_DIVIDERS['年']})"
    f"(?P<month>{_NUMERAL})(?:{_DIVIDERS['月']})(?P<day>{_NUMERAL})(?:日|にち)?"
)
_DIGITS = re.compile("(?P<era>)(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc", "-")
_TABLE = str.maketrans(_DASHES | {"、": ".", "。": ".", "・": "."})


@dataclass(frozen=True)
class WrittenDate:
    """`day` is YYYY-MM-DD, None when the text names no day; whether it lies before or beyond the era that it names."""

    day: str | None
    before_era: bool = False
    beyond_era: bool = False


def read_written_date(text: str) -> WrittenDate:
    """What a date says, however written."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(_TABLE).upper()
    match = _WRITTEN.fullmatch(plain) or _DIGITS.fullmatch(plain)
    if match is None:
        return WrittenDate(None)
    era = _ERA_NAMES.get(match["era"] or "")
    year = 1 if match["year"] == "元" and era else _value(match["year"])
    if year == 0 or (era is None and len(str(year)) != 4):
        return WrittenDate(None)
    day = _day(era.year(year) if era else year, _value(match["month"]), _value(match["day"]))
    if day is None:
        return WrittenDate(None)
    if era is None:
        return WrittenDate(day.isoformat())
    return WrittenDate(day.isoformat(), day < era.first, era.last is not None and day > era.last)


def _value(numeral: str) -> int:
    """Arabic or kanji numeral; 0 when it is neither, which no date has."""
    if numeral.isascii() and numeral.isdigit():
        return int(numeral)
    return 0 if numeral == "元" else number(numeral.replace("零", "〇")) or 0


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None
