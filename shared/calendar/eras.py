"""The Japanese eras since Meiji, with the one-digit codes that pension files use."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Era:
    """One era. `last` is the last day that registers legally carry; until 1926 the day of change lies in both eras."""

    code: str
    name: str
    letter: str
    first: date
    last: date | None

    def year(self, number: int) -> int:
        """The western year of this era's year `number` (1 = the first)."""
        return self.first.year + number - 1


ERAS = (
    Era("1", "明治", "M", date(1868, 1, 25), date(1912, 7, 30)),
    Era("3", "大正", "T", date(1912, 7, 30), date(1926, 12, 25)),
    Era("5", "昭和", "S", date(1926, 12, 25), date(1989, 1, 7)),
    Era("7", "平成", "H", date(1989, 1, 8), date(2019, 4, 30)),
    Era("9", "令和", "R", date(2019, 5, 1), None),
)
BY_CODE = {era.code: era for era in ERAS}


def era_of(day: date) -> Era:
    """The era that a document written on that day names; days before Meiji count as Meiji."""
    return next((era for era in reversed(ERAS) if era.first <= day), ERAS[0])


def in_era(day: date) -> str:
    """令和8年6月15日; the first year is 元年."""
    era = era_of(day)
    number = day.year - era.first.year + 1
    return f"{era.name}{'元' if number == 1 else number}年{day.month}月{day.day}日"
