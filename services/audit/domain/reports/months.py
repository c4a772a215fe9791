"""Calendar months in Japan."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from shared.calendar.clock import day_begins
from shared.refusals import Refusal

_FORM: Final = re.compile(r"(2[0-9]{3})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month."""

    year: int
    number: int

    @property
    def code(self) -> str:
        """As it stands in ids: 2026-06."""
        return f"{self.year}-{self.number:02d}"

    @property
    def next(self) -> "Month":
        """The month after it."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        """The month before it."""
        return Month(self.year - (self.number == 1), (self.number - 2) % 12 + 1)

    @property
    def since(self) -> datetime:
        """The instant at which it begins."""
        return day_begins(date(self.year, self.number, 1))

    @property
    def until(self) -> datetime:
        """The instant at which the next one begins."""
        return self.next.since

    @property
    def days(self) -> list[date]:
        """Its days."""
        first = self.since.date()
        return [first + timedelta(days=at) for at in range((self.until.date() - first).days)]


def month_of(code: str) -> Month:
    """The month that a code names. Refusal `month-unknown` for anything else."""
    found = _FORM.fullmatch(code)
    if found is None:
        raise Refusal("month-unknown")
    return Month(int(found[1]), int(found[2]))


def month_at(day: date) -> Month:
    """The month that a day lies in."""
    return Month(day.year, day.month)
