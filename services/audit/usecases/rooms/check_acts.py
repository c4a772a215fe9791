"""Acts at equipment in the room are held against the room log, once it is there."""

from datetime import date, datetime, time, timedelta
from typing import Final

from sqlmodel import Session

from services.audit.domain.rooms.checks import checked, worth_keeping
from services.audit.parts import AuditParts
from services.audit.storage import log
from services.audit.storage.rooms import checks, entries
from services.audit.storage.rooms.roster import door_users
from shared.calendar.clock import JST, day_begins
from shared.db import Work
from shared.trail import Access, Actor

ROOM: Final = "security_room"
CHECKER: Final = Actor.job("room-check")
LOOK_BACK_DAYS: Final = 40
# By then the acts of the day before have arrived in the log.
DAY_CLOSES: Final = time(1, 0)


def check_days(work: Work, first: date, last: date) -> int:
    """Stores what the room log says to the acts of these days, and records each outcome that is new; how many."""
    since, until = span(first, last)
    acts = list(checks.acts_in(work.session, ROOM, since, until))
    passages = entries.passages(work.session, since, until)
    new = 0
    for check in checked(acts, passages, door_users(work.session)):
        if worth_keeping(check) and checks.keep_check(work.session, check, work.now):
            new += 1
            work.record(
                Access(CHECKER, "audit.room.check", "record", check.act.record_id, channel="job", reason=check.outcome)
            )
    size = log.tree(work.session).size
    for at in range((last - first).days + 1):
        checks.note_day(work.session, first + timedelta(days=at), size, work.now)
    return new


async def next_day(parts: AuditParts, until: datetime) -> datetime | None:
    """The close of the earliest day lately that has door events and whose acts were not held against them since."""

    def earliest(session: Session) -> datetime | None:
        today = until.astimezone(JST).date()
        for back in range(LOOK_BACK_DAYS, 0, -1):
            day = today - timedelta(days=back)
            if not _is_checked(session, day) and _is_known(session, day):
                return closes(day)
        return None

    found = await parts.db.read(earliest)
    return found if found is not None and found <= until else None


async def check_day(parts: AuditParts, at: datetime) -> dict[str, int]:
    """Holds the acts of the day that has just closed against the room log."""
    day = at.astimezone(JST).date() - timedelta(days=1)
    return {"outcomes": await parts.db.write(lambda work: check_days(work, day, day))}


def closes(day: date) -> datetime:
    """When a day's acts are all there: an hour after its end."""
    return datetime.combine(day + timedelta(days=1), DAY_CLOSES, tzinfo=JST)


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first instant of a day in Japan until before the day after the last."""
    return day_begins(first), day_begins(last + timedelta(days=1))


def _is_checked(session: Session, day: date) -> bool:
    done = checks.day_checked(session, day)
    return done is not None and done.checked_at >= closes(day)


def _is_known(session: Session, day: date) -> bool:
    since, until = span(day, day)
    return entries.covered(session, day) or bool(entries.passages(session, since, until))
