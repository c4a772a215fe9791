"""How a kept copy stands against its clock, and the months for which destruction is foreseen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from shared.calendar.clock import JST
from shared.calendar.retention import add_months

State = Literal["due", "overdue", "held", "kept"]
FORESEEN_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in Japan, as instants: from `begins` on, before `ends`."""

    name: str
    begins: datetime
    ends: datetime


def month_of(at: datetime) -> Month:
    """The month in which an aware instant lies."""
    begins = at.astimezone(JST).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return Month(f"{begins:%Y-%m}", begins, add_months(begins, 1))


def months_from(at: datetime, count: int = FORESEEN_MONTHS) -> Iterator[Month]:
    """This month and those after it, `count` in all."""
    first = month_of(at).begins
    return (month_of(add_months(first, ahead)) for ahead in range(count))


def state_of(due_at: datetime | None, *, held: bool, now: datetime) -> State:
    """Where an existing copy stands: `held` before all else, `overdue` from its instant on, `due` in this month."""
    if held:
        return "held"
    if due_at is None or due_at >= month_of(now).ends:
        return "kept"
    return "overdue" if due_at <= now else "due"
