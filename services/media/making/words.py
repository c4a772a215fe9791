"""Numbers, dates and codes as they are printed."""

from datetime import date, datetime

from shared.calendar.clock import JST

_MONTHS = "January February March April May June July August September October November December".split()


def japanese_date(at: datetime | date) -> str:
    """2026年6月25日, in Japan."""
    day = _day(at)
    return f"{day.year}年{day.month}月{day.day}日"


def english_date(at: datetime | date) -> str:
    """25 June 2026, in Japan."""
    day = _day(at)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def compact_date(at: datetime) -> str:
    """20260625, in Japan."""
    return _day(at).strftime("%Y%m%d")


def printed_date(text: str) -> str:
    """A date of the registry (YYYYMMDD or ISO) as printed; what is no date stays as it is, none is a dash."""
    try:
        return japanese_date(date.fromisoformat(text))
    except ValueError:
        return text or "－"


def _day(at: datetime | date) -> date:
    return at.astimezone(JST).date() if isinstance(at, datetime) else at
