"""How long a sign-in is locked after failures."""

from datetime import datetime, timedelta
from typing import Final

FREE_FAILURES: Final = 4
FIRST_DELAY: Final = timedelta(seconds=30)
LONGEST_DELAY: Final = timedelta(hours=1)
FORGET_AFTER: Final = timedelta(hours=24)


def locked_until(failures: int, now: datetime) -> datetime | None:
    """The fifth failure in a row locks for half a minute, each further one for twice as long, at most an hour."""
    if failures <= FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES - 1, 10)
    return now + min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)
