"""How long the backup of a reply is kept: calendar months, counted from the day after (Civil Code 140, 143)."""

from calendar import monthrange
from datetime import datetime, timedelta

from shared.calendar.clock import JST, day_begins


def destroy_at(replied_at: datetime, months: int) -> datetime:
    """The instant from which the backup must be gone: the beginning, in Japan, of the day after the last one.

    A reply of 25 June kept three months is destroyed at the beginning of 26 September; of 30 November, at that of
    1 March (February has no 30th, so its last day ends the period).
    """
    day = replied_at.astimezone(JST).date()
    turn, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + turn, month + 1
    last = day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
    return day_begins(last + timedelta(days=1))
