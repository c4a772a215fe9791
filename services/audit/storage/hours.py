"""Where in the log each hour stands: a search over days looks at those records, not at ten million.

Records arrive nearly in the order of their time. For each hour in which something was recorded the log keeps the first
and the last place of its records; a late record widens its own hour only.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlmodel import Field, Session, col

from services.audit.storage.tables import BIG, AuditTable, changes
from shared.db.plumbing import insert_or_ignore

SECONDS: Final = 3600


class EntryHour(AuditTable, table=True):
    """The first and the last place in the log of what was recorded in an hour (hours since 1970, UTC)."""

    __tablename__ = "entry_hour"
    __table_args__ = (changes("last"),)

    hour: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    first: int = Field(sa_type=BIG)
    last: int = Field(sa_type=BIG)


def hour_of(at: datetime) -> int:
    """The hour in which an instant lies."""
    return int(at.astimezone(UTC).timestamp()) // SECONDS


def note(session: Session, placed: Iterable[tuple[int, datetime]]) -> None:
    """Widen the hours of newly appended records, given as (place, time) in the order of the log."""
    hours: dict[int, list[int]] = {}
    for index, at in placed:
        hours.setdefault(hour_of(at), [index, index])[1] = index
    table = AuditTable.metadata.tables["entry_hour"]
    rows = [{"hour": hour, "first": first, "last": last} for hour, (first, last) in hours.items()]
    new: Any = insert_or_ignore(table)
    # A place is always beyond all that there were before.
    session.connection().execute(
        new.on_conflict_do_update(index_elements=["hour"], set_={"last": new.excluded.last}), rows
    )


def span(session: Session, since: datetime | None, before: datetime | None) -> tuple[int, int] | None:
    """The first and the last place between which all records of that time stand; None where there are none."""
    wanted = select(func.min(col(EntryHour.first)), func.max(col(EntryHour.last)))
    if since is not None:
        wanted = wanted.where(col(EntryHour.hour) >= hour_of(since))
    if before is not None:
        wanted = wanted.where(col(EntryHour.hour) <= hour_of(before))
    first, last = session.connection().execute(wanted).one()
    return None if first is None else (first, last)
