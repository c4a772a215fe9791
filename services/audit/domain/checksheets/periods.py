"""The quarters that checksheets are about, as the document writes them: 対象月 4月～6月."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from shared.calendar.clock import day_begins
from shared.refusals import Refusal

_FORM: Final = re.compile(r"([0-9]{4})-Q([1-4])")
MONTHS: Final = 3


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months. `number` counts calendar quarters: 1 is January to March."""

    year: int
    number: int

    @property
    def code(self) -> str:
        """As it stands in ids: 2026-Q2."""
        return f"{self.year}-Q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, MONTHS * (self.number - 1) + 1, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        """The quarter after it."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def since(self) -> datetime:
        """The instant at which it begins in Japan."""
        return day_begins(self.first)

    @property
    def until(self) -> datetime:
        """The instant at which the next one begins."""
        return self.next.since


def quarter_of(code: str) -> Quarter:
    """The quarter that a code names. Refusal `quarter-unknown` for anything else."""
    found = _FORM.fullmatch(code)
    if found is None or int(found[1]) < 2000:
        raise Refusal("quarter-unknown")
    return Quarter(int(found[1]), int(found[2]))


def quarter_at(day: date) -> Quarter:
    """The quarter that a day lies in."""
    return Quarter(day.year, (day.month - 1) // MONTHS + 1)
