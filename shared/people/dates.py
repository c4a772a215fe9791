"""Dates of birth as files write them: YYYYMMDD, or an era code (1 3 5 7 9) and YYMMDD.

A date beyond its era's end (昭和64年1月10日) is converted and flagged; one before its era's first day does not exist.
Registers hold unknown and impossible days such as 19450000: they keep their raw form and have no western date.
"""

import re
from dataclasses import dataclass
from datetime import date

from shared.calendar.eras import BY_CODE

WESTERN = "^[0-9]{8}$"
ERA = "^[13579][0-9]{6}$"


@dataclass(frozen=True)
class BirthDate:
    """A date of birth: as written, as a western YYYYMMDD (None when no such day exists), and beyond its era or not."""

    raw: str
    western: str | None
    beyond_era: bool


def read_birth(raw: str) -> BirthDate:
    """What a date of birth says."""
    return BirthDate(raw, western(raw), beyond_era(raw))


@dataclass(frozen=True)
class KnownParts:
    """What a date says, as far as it says it: year (YYYY), month and day (two digits), each empty when unknown."""

    year: str
    month: str
    day: str

    @property
    def complete(self) -> bool:
        """Whether year, month and day are known, and there is such a day."""
        return "" not in (self.year, self.month, self.day)


def known_parts(text: str) -> KnownParts:
    """What a date of birth says, where a register may hold an unknown or impossible day.

    Zeros, nines and blanks stand for what is unknown (19450000, 19450199, 99999999). A day that does not exist
    (19450231, 29 February of a common year, 5010101 before its era began) is unknown; its year and month count.
    """
    written = text.strip(" \u3000")
    if re.fullmatch("(1[89]|20)[0-9]{2}([0-9]{2})?", written):
        written = written.ljust(8)
    day = western(written)
    if day is not None:
        return KnownParts(day[:4], day[4:6], day[6:])
    year, month = _year(written), written[-4:-2]
    known_month = month if "01" <= month <= "12" else ""
    day_alone = written[-2:] if known_month == "" and "01" <= written[-2:] <= "31" else ""
    return KnownParts(year, known_month, day_alone) if year else KnownParts("", "", "")


def looks_like_date(text: str) -> bool:
    """Eight digits, or an era code and six digits."""
    return re.fullmatch(WESTERN[1:-1], text) is not None or re.fullmatch(ERA[1:-1], text) is not None


def western(text: str) -> str | None:
    """YYYYMMDD, or None when there is no such day."""
    if not looks_like_date(text):
        return None
    if len(text) == 8:
        day = _day(int(text[:4]), int(text[4:6]), int(text[6:]))
        return text if day else None
    era = BY_CODE[text[0]]
    number = int(text[1:3])
    day = _day(era.year(number), int(text[3:5]), int(text[5:]))
    return day.strftime("%Y%m%d") if day and number > 0 and day >= era.first else None


def beyond_era(text: str) -> bool:
    """Whether an era date names a day after the era's end."""
    day = western(text)
    if day is None or len(text) != 7:
        return False
    last = BY_CODE[text[0]].last
    return last is not None and day > last.strftime("%Y%m%d")


def _year(text: str) -> str:
    """The western year of eight characters, or of an era code and six; empty when it is unknown."""
    if re.fullmatch("[0-9]{4}[0-9 *]{4}", text):
        return "" if text[:4] in ("0000", "9999") else text[:4]
    if re.fullmatch("[13579][0-9]{2}[0-9 *]{4}", text) and text[1:3] not in ("00", "99"):
        return f"{BY_CODE[text[0]].year(int(text[1:3])):04}"
    return ""


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
