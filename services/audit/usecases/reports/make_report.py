"""Analyse the accesses of a month and keep the result."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session

from services.audit.domain.canonical import canonical
from services.audit.domain.detections.rules import rules_on
from services.audit.domain.reports import analysis
from services.audit.domain.reports.months import Month, month_at, month_of
from services.audit.parts import AuditParts
from services.audit.storage.checksheets.tallies import Span, first_record
from services.audit.storage.reports import queries
from services.audit.storage.reports.tables import AccessReport
from services.audit.storage.rooms import entries
from services.audit.storage.rooms.roster import standings
from services.audit.usecases.reports.show_report import report_shown
from services.audit.usecases.show import instant
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.db import Work
from shared.http import Once
from shared.ids import new_id
from shared.refusals import Refusal
from shared.trail import Access, Actor, actions

AUTHOR: Final = Actor.job("access-report")


async def make_report(parts: AuditParts, caller: Caller, code: str, once: Once) -> dict[str, Any]:
    """The report of a month that has begun, made anew. Refusals `month-unknown`, `month-to-come`."""
    month, now = month_of(code), parts.clock.now()
    if month.since > now:
        raise Refusal("month-to-come")
    content = await parts.db.read(lambda session: _analysed(session, month, now))

    def keep(work: Work) -> dict[str, Any]:
        kept = _kept(work, month, content, caller.principal.id)
        work.record(caller.access("audit.report.make", "report", month.code, release=f"sha256:{kept.digest}"))
        return report_shown(kept)

    return await once.write(parts.db, keep)


async def next_report(parts: AuditParts, until: datetime) -> datetime | None:
    """When the month before is over and has no report yet. None for months before the log began."""
    month = month_at(until.astimezone(JST).date())

    def due(session: Session) -> datetime | None:
        begun, made = first_record(session), queries.report(session, month.previous.code)
        waits = begun is not None and begun < month.since and (made is None or made.made_at < month.since)
        return month.since if waits else None

    return await parts.db.read(due)


async def report_month(parts: AuditParts, at: datetime) -> dict[str, int]:
    """The job: the report of the month that is over."""
    month, now = month_at(at.astimezone(JST).date()).previous, parts.clock.now()
    content = await parts.db.read(lambda session: _analysed(session, month, now))

    def keep(work: Work) -> int:
        kept = _kept(work, month, content, AUTHOR.id)
        made = Access(AUTHOR, "audit.report.make", "report", month.code, release=f"sha256:{kept.digest}", channel="job")
        work.record(made)
        return sum(content["outcomes"].values())

    return {"records": await parts.db.write(keep)}


def _kept(work: Work, month: Month, content: dict[str, Any], by: str) -> AccessReport:
    digest = hashlib.sha256(canonical(content)).hexdigest()
    kept = AccessReport(id=new_id(), month=month.code, made_by=by, made_at=work.now, digest=digest, content=content)
    work.session.add(kept)
    work.session.flush()
    return kept


def _analysed(session: Session, month: Month, now: datetime) -> dict[str, Any]:
    span = (month.since, min(month.until, now))
    personal = {action.name for action in actions().values() if action.personal_data}
    tally = analysis.tallied(queries.accesses(session, span), personal)
    people = analysis.people_shown(tally, [one.staff_id for one in standings(session)], _before(session, month))
    return {
        "month": month.code,
        "whole": month.until <= now,
        "outcomes": dict(sorted(tally.outcomes.items())),
        "personal": sum(tally.touched.values()),
        "days": analysis.days_shown(tally, month),
        "hours": analysis.hours_shown(tally),
        "actions": analysis.actions_shown(tally),
        "people": people,
        "others": analysis.others(tally, people),
        "refusals": dict(sorted(queries.refusal_reasons(session, span).items())),
        **_judged(session, span, month),
        "room": _room(session, span),
        "log": _log(session, span),
    }


def _before(session: Session, month: Month) -> dict[str, int]:
    made = queries.report(session, month.previous.code)
    return {} if made is None else {row["staff_id"]: row["personal"] for row in made.content["people"]}


def _judged(session: Session, span: Span, month: Month) -> dict[str, Any]:
    known = rules_on((month.until - timedelta(days=1)).date())
    rows = [
        {
            "rule": rule,
            "ja": known[rule].ja if rule in known else rule,
            "en": known[rule].en if rule in known else rule,
            "severity": severity,
            "hits": count,
        }
        for (rule, severity), count in sorted(queries.hits(session, span).items())
    ]
    return {
        "detections": rows,
        "cases": dict(sorted(queries.cases(session, span).items())),
        "alarms": dict(sorted(queries.alarms(session, span).items())),
    }


def _room(session: Session, span: Span) -> dict[str, int]:
    rows = entries.passages(session, *span)
    return {"rows": len(rows), "days": len({row.at.astimezone(JST).date() for row in rows})}


def _log(session: Session, span: Span) -> dict[str, Any]:
    last = queries.last_checkpoint(session, span)
    if last is None:
        return {"size": 0, "root": "", "signed_at": ""}
    return {"size": last.size, "root": last.root.hex(), "signed_at": instant(last.signed_at) or ""}
