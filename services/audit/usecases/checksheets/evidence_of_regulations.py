"""What the readership of the regulations says to the checksheet. It informs; whether rules are kept, a person says."""

from collections.abc import Iterator
from datetime import datetime

from sqlmodel import Session

from services.audit.domain.checksheets.evidence import Evidence, stated
from services.audit.domain.checksheets.periods import Quarter
from services.audit.domain.checksheets.regulations import in_force, regulation
from services.audit.storage.checksheets import regulations as stored
from services.audit.storage.rooms.roster import standings
from shared.calendar.clock import JST

CODES = {12: "policy-read", 13: "rules-read"}


def evidence(session: Session, quarter: Quarter, now: datetime) -> Iterator[Evidence]:
    """Evidence for items 12 and 13: who of the roster has read the version in force on the quarter's last day."""
    day = min(quarter.last, now.astimezone(JST).date())
    roster = {one.staff_id for one in standings(session) if one.in_force(day)}
    read = stored.readings(session)
    for number, version in in_force(stored.versions(session), day).items():
        for item in regulation(number).items:
            readers = [one for one in roster if (one, number, version.version) in read]
            yield stated(
                CODES[item],
                refs=(f"regulation:{number}/{version.version}",),
                title=regulation(number).title,
                version=version.version,
                people=len(roster),
                read=len(readers),
            )
