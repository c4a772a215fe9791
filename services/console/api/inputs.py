"""What pages take in their addresses, and how it is passed on to the services."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import Query

from shared.calendar.clock import day_begins

Cursor = Annotated[str, Query(max_length=400)]
Day = Annotated[str, Query(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]


def span_of(first: Day, last: Day) -> dict[str, str]:
    """From the beginning of the first day in Japan to the end of the last, as instants; empty for no day."""
    return {"from": _begin(first), "to": _begin(last, days=1)}


def _begin(day: Day, days: int = 0) -> str:
    try:
        return day_begins(date.fromisoformat(day) + timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return ""
