"""How monthly reports look from outside; that somebody looked is recorded before anything is shown."""

from typing import Any

from sqlmodel import Session

from services.audit.parts import AuditParts
from services.audit.storage.reports import queries
from services.audit.storage.reports.tables import AccessReport
from services.audit.usecases.show import instant
from shared.auth.caller import Caller
from shared.refusals import Refusal
from shared.trail import actions


def report_shown(kept: AccessReport) -> dict[str, Any]:
    """A report, its actions in words."""
    named = [{**row, **_words(row["action"])} for row in kept.content["actions"]]
    return {
        "id": kept.id,
        "made_by": kept.made_by,
        "made_at": instant(kept.made_at),
        "digest": kept.digest,
        **kept.content,
        "actions": named,
    }


async def listed(parts: AuditParts, caller: Caller, *, before: str, limit: int) -> list[dict[str, Any]]:
    """The months that have a report, newest first."""
    found = await parts.db.read(lambda session: queries.reports(session, before=before, limit=limit))
    await parts.db.write(lambda work: work.record(caller.access("audit.report.list", "report", "all")))
    return [{"month": row[0], "made_at": instant(row[1])} for row in found]


async def report(parts: AuditParts, caller: Caller, month: str) -> dict[str, Any]:
    """The report of a month. Refusal `not-found`."""
    found = await parts.db.read(lambda session: _known(session, month))
    seen = caller.access("audit.report.view", "report", month, release=f"sha256:{found['digest']}")
    await parts.db.write(lambda work: work.record(seen))
    return found


async def report_to_print(parts: AuditParts, caller: Caller, month: str) -> dict[str, Any]:
    """The same for its paper, recorded as printed. Refusal `not-found`."""
    found = await parts.db.read(lambda session: _known(session, month))
    printed = caller.access("audit.report.print", "report", month, release=f"sha256:{found['digest']}")
    await parts.db.write(lambda work: work.record(printed))
    return found


def _known(session: Session, month: str) -> dict[str, Any]:
    kept = queries.report(session, month)
    if kept is None:
        raise Refusal("not-found")
    return report_shown(kept)


def _words(name: str) -> dict[str, str]:
    """An action in both languages; one that the vocabulary does not know any more stands for itself."""
    known = actions().get(name)
    return {"ja": known.ja if known else name, "en": known.en if known else name}
