"""Which decision table a batch is decided by."""

from datetime import date, datetime

from sqlmodel import Session

from services.matcher.domain.table import Table, read_table, table_for
from services.matcher.storage.rules import RuleTable, activated_tables
from shared.calendar.clock import JST


def table_in_force(session: Session, day: date) -> Table:
    """The table in force on a day: built in, or activated by two people."""
    return table_for(day, tuple(table_of(row) for row in activated_tables(session)))


def table_of(row: RuleTable) -> Table:
    """A proposed table as the rules see it."""
    return read_table(row.content, row.in_force_from)


def day_of(at: datetime) -> date:
    """The business day of an instant."""
    return at.astimezone(JST).date()
