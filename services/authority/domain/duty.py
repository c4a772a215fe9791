"""Whether a person may work today: on the duty roster, pledged, trained, not left."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Final

TRAINING_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Standing:
    """What the registers say about one person, without the person."""

    roster_from: date
    roster_to: date | None
    pledged_on: date | None
    trained_on: date | None
    left_on: date | None

    @property
    def trained_until(self) -> date | None:
        """The last day on which the training still counts: twelve calendar months."""
        return None if self.trained_on is None else months_after(self.trained_on, TRAINING_MONTHS)

    @property
    def last_day(self) -> date | None:
        """The last day on the roster, where one is set."""
        days = [day for day in (self.roster_to, self.left_on) if day is not None]
        return min(days, default=None)


def refusal_of_duty(standing: Standing, today: date) -> str | None:
    """The code of the first condition that fails today, or None."""
    if standing.left_on is not None and today > standing.left_on:
        return "staff-left"
    if today < standing.roster_from or (standing.roster_to is not None and today > standing.roster_to):
        return "not-on-roster"
    if standing.pledged_on is None or today < standing.pledged_on:
        return "pledge-missing"
    if standing.trained_on is None or today < standing.trained_on:
        return "training-missing"
    if standing.trained_until is not None and today > standing.trained_until:
        return "training-expired"
    return None


def months_after(day: date, months: int) -> date:
    """The same day of the month that many months on, or that month's last day."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month0 + 1, min(day.day, monthrange(year, month0 + 1)[1]))
