"""The records that a report counts, what stands beside them, and the reports themselves."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson
from sqlalchemy import func, select
from sqlmodel import Session, col

from services.audit.domain.reports.analysis import REFUSED, Row
from services.audit.storage.checksheets.tallies import Span, of_time
from services.audit.storage.detections.tables import Hit, OddCase
from services.audit.storage.reports.tables import AccessReport
from services.audit.storage.tables import Alarm, Entry, SignedCheckpoint

AT_ONCE: Final = 10_000


def accesses(session: Session, span: Span) -> Iterator[Row]:
    """Every access in a time, as it comes from the store."""
    wanted = select(col(Entry.at), col(Entry.actor), col(Entry.action), col(Entry.outcome))
    found = session.connection().execute(wanted.where(of_time(session, span)), execution_options={"yield_per": AT_ONCE})
    yield from ((row[0], row[1], row[2], row[3]) for row in found)


def refusal_reasons(session: Session, span: Span) -> Mapping[str, int]:
    """Why acts were refused, by reason code."""
    refused = select(col(Entry.canonical)).where(of_time(session, span), col(Entry.outcome) == REFUSED)
    found = session.connection().execute(refused, execution_options={"yield_per": AT_ONCE})
    return Counter(str(orjson.loads(row[0])["reason"]) for row in found)


def hits(session: Session, span: Span) -> Mapping[tuple[str, str], int]:
    """How often each detection found something odd, by (rule, severity)."""
    since, until = span
    counted = select(col(Hit.rule), col(Hit.severity), func.count()).where(col(Hit.at) >= since, col(Hit.at) < until)
    return {
        (row[0], row[1]): row[2]
        for row in session.connection().execute(counted.group_by(col(Hit.rule), col(Hit.severity)))
    }


def cases(session: Session, span: Span) -> Mapping[str, int]:
    """The cases that were opened, by what has become of them."""
    since, until = span
    counted = select(col(OddCase.state), func.count()).where(
        col(OddCase.opened_at) >= since, col(OddCase.opened_at) < until
    )
    return {row[0]: row[1] for row in session.connection().execute(counted.group_by(col(OddCase.state)))}


def alarms(session: Session, span: Span) -> Mapping[str, int]:
    """The alarms of the log that were noticed, by state."""
    since, until = span
    counted = select(col(Alarm.state), func.count()).where(
        col(Alarm.noticed_at) >= since, col(Alarm.noticed_at) < until
    )
    return {row[0]: row[1] for row in session.connection().execute(counted.group_by(col(Alarm.state)))}


def last_checkpoint(session: Session, span: Span) -> SignedCheckpoint | None:
    """The last checkpoint that was signed in a time."""
    since, until = span
    signed = select(SignedCheckpoint).where(
        col(SignedCheckpoint.signed_at) >= since, col(SignedCheckpoint.signed_at) < until
    )
    return session.scalars(signed.order_by(col(SignedCheckpoint.size).desc()).limit(1)).first()


def report(session: Session, month: str) -> AccessReport | None:
    """The report of a month, as it was made last."""
    wanted = select(AccessReport).where(col(AccessReport.month) == month).order_by(col(AccessReport.id).desc())
    return session.scalars(wanted.limit(1)).first()


def reports(session: Session, *, before: str, limit: int) -> Sequence[Any]:
    """The months that have a report, newest first, as (month, last made_at)."""
    made = select(col(AccessReport.month), func.max(col(AccessReport.made_at))).group_by(col(AccessReport.month))
    if before:
        made = made.where(col(AccessReport.month) < before)
    return session.connection().execute(made.order_by(col(AccessReport.month).desc()).limit(limit)).all()
