"""Enter a finding: by hand, or where a checksheet was signed with an answer that needs action."""

from typing import Any

from services.audit.domain.checksheets.improvement import FOUND, Origin
from services.audit.domain.checksheets.items import Item
from services.audit.domain.checksheets.periods import Quarter
from services.audit.storage.checksheets import findings
from services.audit.storage.checksheets.tables import AuditFinding
from services.audit.usecases.checksheets.show_finding import finding_shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.ids import new_id


def open_finding(work: Work, caller: Caller, *, origin: Origin, reference: str, summary: str) -> dict[str, Any]:
    """The new finding. `reference` names what it was found in: an audit's number, an incident's id, a sheet's item."""
    finding = AuditFinding(
        id=new_id(),
        origin=origin,
        reference=reference,
        summary=summary,
        state=FOUND,
        found_by=caller.principal.id,
        found_at=work.now,
    )
    work.session.add(finding)
    work.session.flush()
    work.record(caller.access("audit.finding.open", "finding", finding.id, case=caller.case or reference))
    return finding_shown(work.session, finding, work.now)


def finding_of_answer(work: Work, caller: Caller, quarter: Quarter, item: Item) -> None:
    """One finding for each answer of a sheet that needs action, however often the sheet is signed."""
    reference = f"{quarter.code}/{item.number}"
    if findings.of_origin(work.session, "checksheet", reference) is None:
        open_finding(work, caller, origin="checksheet", reference=reference, summary=item.ja)
