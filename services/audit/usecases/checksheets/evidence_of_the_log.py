"""What the log, its alarms and the destruction ledger say to the checksheet. Nothing there: nothing is said."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from services.audit.domain.checksheets.evidence import Evidence, stated
from services.audit.domain.checksheets.measures import Measures, measures_at
from services.audit.domain.checksheets.periods import Quarter
from services.audit.storage.checksheets import tallies
from services.audit.storage.checksheets.tallies import Acts, Span
from services.audit.storage.tables import Alarm
from shared.calendar.clock import JST
from shared.calendar.retention import add_months
from shared.trail import actions

NAMED: Final = 20
"""So many objects are named beside a sentence; the sentence itself counts all."""


def evidence(session: Session, quarter: Quarter, now: datetime) -> Iterator[Evidence]:
    """Evidence for items 3, 4, 5, 6, 7, 10 and 15 out of what the audit service itself holds."""
    span = (quarter.since, min(quarter.until, now))
    measures = measures_at(quarter.first)
    months = {month: tallies.acts(session, month) for month in _months(quarter, now)}
    acts = sum(months.values(), Counter())
    yield from _custody(session, span, acts, measures)
    yield from _destruction(session, span, measures)
    yield from _control(acts)
    yield from _signed(session, span, acts)
    yield from _looked_into(session, months, now, measures)
    yield from _alarms(session, span, now, measures)
    yield from _transfers(session, span, measures)


def _months(quarter: Quarter, now: datetime) -> list[Span]:
    """The three months of a quarter, as far as they have begun."""
    firsts = [add_months(quarter.since, ahead) for ahead in range(3)]
    return [(since, add_months(since, 1)) for since in firsts if since <= now]


def _done(acts: Acts, names: Collection[str]) -> int:
    return sum(count for (action, outcome, _), count in acts.items() if outcome == "done" and action in names)


def _custody(session: Session, span: Span, acts: Acts, measures: Measures) -> Iterator[Evidence]:
    if taken := _done(acts, measures.custody):
        yield stated("media-taken", count=taken)
    if lost := tallies.noted(session, span, measures.losses):
        yield stated("media-lost", "no", refs=_named("disc", lost), count=len(lost))
        yield stated("loss-happened", "yes", refs=_named("disc", lost), count=len(lost))


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


def _control(acts: Acts) -> Iterator[Evidence]:
    personal = {action.name for action in actions().values() if action.personal_data}
    unnamed = Counter({kind: count for kind, count in acts.items() if not kind[2]})
    if nobody := _done(unnamed, personal):
        yield stated("access-unnamed", "no", count=nobody)
        return
    refused = sum(count for (_, outcome, _), count in acts.items() if outcome == "refused")
    if done := sum(count for (_, outcome, _), count in acts.items() if outcome == "done"):
        yield stated("access-controlled", "yes", done=done, refused=refused)


def _signed(session: Session, span: Span, acts: Acts) -> Iterator[Evidence]:
    records, signed = acts.total(), tallies.checkpoints(session, span)
    if records and not signed:
        yield stated("log-not-signed", "no", records=records)
    if records and signed:
        yield stated("log-signed", "yes", records=records, checkpoints=len(signed))
    if signed:
        yield stated("system-watched", days=len({at.astimezone(JST).date() for at in signed}))


def _looked_into(
    session: Session, months: Mapping[Span, Acts], now: datetime, measures: Measures
) -> Iterator[Evidence]:
    """Months that are over, or were looked into already; none before the log begins."""
    begun = tallies.first_record(session)
    looks = {since: _done(acts, measures.looks) for (since, _), acts in months.items()}
    told = [since for since, until in months if begun and begun < until and (looks[since] or until <= now)]
    if blind := [f"{since:%Y-%m}" for since in told if not looks[since]]:
        yield stated("log-not-looked-into", "no", months=", ".join(blind))
    elif told:
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
