"""Open the checksheet of a quarter, and keep its evidence fresh."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from services.audit.domain.checksheets.items import version_at
from services.audit.domain.checksheets.periods import Quarter, quarter_at, quarter_of
from services.audit.parts import AuditParts
from services.audit.storage.checksheets import evidence as stored
from services.audit.storage.checksheets import sheets
from services.audit.storage.checksheets.tables import Checksheet
from services.audit.usecases.checksheets.gather_evidence import keep_gathered
from services.audit.usecases.checksheets.show_sheet import sheet_shown
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.db import Work
from shared.refusals import Refusal

FRESH: Final = timedelta(days=7)


def open_sheet(work: Work, caller: Caller, code: str) -> dict[str, object]:
    """The sheet of a quarter, opened if it was not. Refusals `quarter-unknown`, `quarter-to-come`."""
    quarter = quarter_of(code)
    if quarter.since > work.now:
        raise Refusal("quarter-to-come")
    _opened(work, quarter)
    work.record(caller.access("audit.checksheet.open", "checksheet", quarter.code))
    return sheet_shown(work.session, quarter.code)


def refresh_evidence(work: Work, caller: Caller, code: str) -> dict[str, object]:
    """The sheet with what is known now. Refusal `not-found`, or `checksheet-complete` where all have signed."""
    sheet = sheets.get(work.session, code)
    if sheet is None:
        raise Refusal("not-found")
    if sheet.state == sheets.COMPLETE:
        raise Refusal("checksheet-complete")
    keep_gathered(work, quarter_of(code))
    work.record(caller.access("audit.evidence.gather", "checksheet", code))
    return sheet_shown(work.session, code)


async def next_sheets(parts: AuditParts, until: datetime) -> datetime | None:
    """When a sheet is to be opened, or evidence is a week old."""
    due = await parts.db.read(lambda session: _due(session, quarter_at(until.astimezone(JST).date())))
    return due if due is not None and due <= until else None


async def keep_sheets(parts: AuditParts, at: datetime) -> dict[str, int]:
    """The job: the running quarter has a sheet, and each that waits for somebody knows what the system knows."""
    running = quarter_at(at.astimezone(JST).date())

    def keep(work: Work) -> int:
        _opened(work, running)
        waiting = [quarter_of(code) for code in sheets.unfinished(work.session)]
        for quarter in waiting:
            keep_gathered(work, quarter)
        return len(waiting)

    return {"checksheets": await parts.db.write(keep)}


def _opened(work: Work, quarter: Quarter) -> None:
    if sheets.get(work.session, quarter.code) is None:
        version = version_at(quarter.first).in_force_from
        work.session.add(Checksheet(quarter=quarter.code, version=version, opened_at=work.now))
        work.session.flush()
        keep_gathered(work, quarter)


def _due(session: Session, running: Quarter) -> datetime | None:
    if sheets.get(session, running.code) is None:
        return running.since
    known = [stored.latest(session, code) for code in sheets.unfinished(session)]
    return min((one.gathered_at + FRESH for one in known if one is not None), default=None)
