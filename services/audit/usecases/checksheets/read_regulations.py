"""Regulations: enter a version, read it, see who has not."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from services.audit.domain.checksheets import regulations as rules
from services.audit.parts import AuditParts
from services.audit.storage.checksheets import regulations as stored
from services.audit.storage.checksheets.tables import RegulationReading, RegulationVersion
from services.audit.storage.rooms.roster import standings
from services.audit.usecases.show import instant
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.db import Work
from shared.refusals import Refusal


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version as it is entered: its text, or where the document lies with its SHA-256."""

    version: str
    in_force_from: date
    document: str = ""
    text: str = ""
    digest: str = ""


def add_version(work: Work, caller: Caller, number: int, new: NewVersion) -> dict[str, Any]:
    """The regulation with a new version. Refusals `not-found`, `version-known`, `regulation-empty`."""
    rules.regulation(number)
    if not (new.text or (new.document and new.digest)):
        raise Refusal("regulation-empty")
    if stored.version(work.session, number, new.version) is not None:
        raise Refusal("version-known")
    digest = hashlib.sha256(new.text.encode()).hexdigest() if new.text else new.digest
    work.session.add(
        RegulationVersion(
            regulation=number,
            version=new.version,
            in_force_from=new.in_force_from,
            document=new.document,
            digest=digest,
            text=new.text,
            added_by=caller.principal.id,
            added_at=work.now,
        )
    )
    work.session.flush()
    work.record(
        caller.access("audit.regulation.add", "regulation", f"{number}/{new.version}", release=f"sha256:{digest}")
    )
    return _regulation(work.session, caller, number)


def state_reading(work: Work, caller: Caller, number: int, version: str) -> dict[str, Any]:
    """The caller has read a version; twice is once. Refusal `not-found`."""
    known = stored.version(work.session, number, version)
    if known is None:
        raise Refusal("not-found")
    if not stored.has_read(work.session, number, version, caller.principal.id):
        work.session.add(
            RegulationReading(regulation=number, version=version, staff_id=caller.principal.id, read_at=work.now)
        )
        work.session.flush()
        read = caller.access(
            "audit.regulation.read", "regulation", f"{number}/{version}", release=f"sha256:{known.digest}"
        )
        work.record(read)
    return _regulation(work.session, caller, number)


async def listed(parts: AuditParts, caller: Caller, *, unread: bool) -> list[dict[str, Any]]:
    """The regulations with the version in force; `unread`: only what the caller still has to read."""
    today = parts.clock.now().astimezone(JST).date()

    def look(session: Session) -> list[dict[str, Any]]:
        now = rules.in_force(stored.versions(session), today)
        read = stored.readings(session)
        lines = [_line(one, now.get(one.number), caller, read) for one in rules.regulations().values()]
        return [line for line in lines if not unread or (line["version"] and not line["read"])]

    found = await parts.db.read(look)
    await parts.db.write(lambda work: work.record(caller.access("audit.regulation.list", "regulation", "all")))
    return found


async def one(parts: AuditParts, caller: Caller, number: int) -> dict[str, Any]:
    """One regulation with all its versions. Refusal `not-found`."""
    rules.regulation(number)
    found = await parts.db.read(lambda session: _regulation(session, caller, number))
    await parts.db.write(lambda work: work.record(caller.access("audit.regulation.view", "regulation", str(number))))
    return found


async def readership(parts: AuditParts, caller: Caller, *, overdue: bool) -> list[dict[str, Any]]:
    """Who on the roster has not read what is in force; `overdue`: only those whose time is over."""
    today = parts.clock.now().astimezone(JST).date()
    rows = [
        row for row in await parts.db.read(lambda session: waiting(session, today)) if row.until < today or not overdue
    ]
    await parts.db.write(lambda work: work.record(caller.access("audit.regulation.list", "regulation", "unread")))
    return [
        {
            "staff_id": row.staff_id,
            "number": row.version.regulation,
            "title": rules.regulation(row.version.regulation).title,
            "version": row.version.version,
            "until": row.until.isoformat(),
            "overdue": row.until < today,
        }
        for row in rows
    ]


def waiting(session: Session, today: date) -> list[rules.Unread]:
    """Who on the roster has not read which version that is in force on a day."""
    roster = {one.staff_id: one.roster_from for one in standings(session) if one.in_force(today)}
    now = rules.in_force(stored.versions(session), today)
    return rules.unread(roster, now.values(), stored.readings(session))


def _line(regulation: rules.Regulation, now: rules.Version | None, caller: Caller, read: Any) -> dict[str, Any]:
    return {
        "number": regulation.number,
        "title": regulation.title,
        "version": now.version if now else "",
        "in_force_from": now.in_force_from.isoformat() if now else None,
        "read": now is not None and (caller.principal.id, now.regulation, now.version) in read,
    }


def _regulation(session: Session, caller: Caller, number: int) -> dict[str, Any]:
    regulation, read = rules.regulation(number), stored.readings(session)
    versions = [
        {
            "version": row.version,
            "in_force_from": row.in_force_from.isoformat(),
            "document": row.document,
            "digest": row.digest,
            "text": row.text,
            "added_by": row.added_by,
            "added_at": instant(row.added_at),
            "read": (caller.principal.id, number, row.version) in read,
            "readers": sum(1 for _, one, version in read if (one, version) == (number, row.version)),
        }
        for row in stored.of_regulation(session, number)
    ]
    return {"number": number, "title": regulation.title, "source": rules.source(), "versions": versions}
