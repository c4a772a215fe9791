"""What the log, its alarms and the destruction ledger say to the checksheet. Nothing there: nothing is said."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from services.audit.domain.checksheets.evidence import Evidence, stated
from services.audit.domain.checksheets.measures import Measures, measures_at
from services.audit.domain.checksheets.periods import Quarter
from services.audit.storage.checksheets import tallies
from services.audit.storage.checksheets.tallies import Span
from services.audit.storage.tables import Alarm
from shared.calendar.clock import JST
from shared.calendar.retention import add_months
from shared.trail import actions

NAMED: Final = 20
"""So many objects are named beside a sentence; the sentence itself counts all."""
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


def evidence(session: Session, quarter: Quarter, now: datetime) -> Iterator[Evidence]:
    """Evidence for items 3, 4, 5, 6, 7, 10 and 15 out of what the audit service itself holds."""
    span = (quarter.since, min(quarter.until, now))
    measures = measures_at(quarter.first)
    yield from _custody(session, span, measures)
    yield from _destruction(session, span, measures)
    yield from _control(session, span)
    yield from _signed(session, span)
    yield from _looked_into(session, quarter, now, measures)
    yield from _alarms(session, span, now, measures)
    yield from _transfers(session, span, measures)


def _custody(session: Session, span: Span, measures: Measures) -> Iterator[Evidence]:
    if taken := tallies.done(session, span, measures.custody):
        yield stated("media-taken", count=taken)
    if lost := tallies.noted(session, span, measures.losses):
        yield stated("media-lost", "no", refs=_named("disc", lost), count=len(lost))
    if ever := tallies.noted(session, (BEGINNING, span[1]), measures.losses):
        yield stated("loss-happened", "yes", refs=_named("disc", ever), count=len(ever))


def _destruction(session: Session, span: Span, measures: Measures) -> Iterator[Evidence]:
    copies = tallies.destroyed(session, span)
    late = [row for row in copies if row.destroyed_at > row.due_at + timedelta(days=measures.late_after(row.what))]
    if late:
        yield stated("copies-late", "no", refs=_named("certificate", [row.id for row in late]), copies=len(late))
    elif copies:
        records = sum(row.records for row in copies)
        refs = _named("certificate", [row.id for row in copies])
        yield stated("copies-destroyed", "yes", refs=refs, copies=len(copies), records=records)
    if days := _days([row for row in copies if row.what == measures.by_hand]):
        yield stated("media-shredded", days="、".join(days))


def _days(shredded: Sequence[Any]) -> list[str]:
    """The days, as the document's remark writes them: 4月12日."""
    days = {row.destroyed_at.astimezone(JST).date() for row in shredded}
    return [f"{day.month}月{day.day}日" for day in sorted(days)]


def _control(session: Session, span: Span) -> Iterator[Evidence]:
    personal = [action.name for action in actions().values() if action.personal_data]
    if unnamed := tallies.unnamed(session, span, personal):
        yield stated("access-unnamed", "no", count=unnamed)
        return
    outcomes = tallies.outcomes(session, span)
    if done := outcomes.get("done", 0):
        yield stated("access-controlled", "yes", done=done, refused=outcomes.get("refused", 0))


def _signed(session: Session, span: Span) -> Iterator[Evidence]:
    records = sum(tallies.outcomes(session, span).values())
    signed = tallies.checkpoints(session, span)
    if records and not signed:
        yield stated("log-not-signed", "no", records=records)
    if records and signed:
        yield stated("log-signed", "yes", records=records, checkpoints=len(signed))
        yield stated("system-watched", days=len({at.astimezone(JST).date() for at in signed}))


def _looked_into(session: Session, quarter: Quarter, now: datetime, measures: Measures) -> Iterator[Evidence]:
    """Months that are over, or were looked into already; none before the log begins."""
    begun = tallies.first_record(session)
    looks: dict[date, int] = {}
    for month in (quarter.first, add_months(quarter.first, 1), add_months(quarter.first, 2)):
        since = quarter.since.replace(month=month.month)
        until = add_months(since, 1)
        count = tallies.done(session, (since, min(until, now)), measures.looks)
        if begun is not None and begun < until and (count or until <= now):
            looks[month] = count
    if blind := [f"{month:%Y-%m}" for month, count in looks.items() if not count]:
        yield stated("log-not-looked-into", "no", months=", ".join(blind))
    elif looks:
        yield stated("log-looked-into", "yes", looks=sum(looks.values()))


def _alarms(session: Session, span: Span, now: datetime, measures: Measures) -> Iterator[Evidence]:
    noticed = tallies.alarms(session, span)
    patience = timedelta(days=measures.alarm_days)
    stale = [alarm for alarm in noticed if alarm.state == "open" and alarm.noticed_at + patience <= now]
    if stale:
        refs = _named("alarm", [alarm.id for alarm in stale])
        yield stated("log-alarms-open", "no", refs=refs, count=len(stale), days=measures.alarm_days)
    elif noticed and all(alarm.state != "open" for alarm in noticed):
        yield stated("log-alarms-explained", "yes", refs=_alarm_names(noticed), count=len(noticed))


def _alarm_names(alarms: Sequence[Alarm]) -> tuple[str, ...]:
    return _named("alarm", [alarm.id for alarm in alarms])


def _transfers(session: Session, span: Span, measures: Measures) -> Iterator[Evidence]:
    bare = [one for move in measures.moves for one in tallies.moved_without(session, span, *move)]
    if bare:
        yield stated("transfer-unprotected", "no", refs=_named("object", bare), count=len(bare))
    elif moved := sum(tallies.moved(session, span, moving) for moving, _ in measures.moves):
        yield stated("transfer-protected", "yes", count=moved)


def _named(kind: str, ids: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{kind}:{one}" for one in ids[:NAMED])
