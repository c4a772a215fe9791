"""How a finding looks from outside."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from services.audit.domain.checksheets.improvement import FINDING
from services.audit.storage.checksheets import findings
from services.audit.storage.checksheets.tables import AuditFinding
from services.audit.usecases.show import instant
from shared.calendar.clock import JST


def finding_line(finding: AuditFinding, now: datetime) -> dict[str, Any]:
    """A finding in a list."""
    late = finding.due_on is not None and finding.state == "planned" and finding.due_on < now.astimezone(JST).date()
    return {
        "id": finding.id,
        "origin": finding.origin,
        "reference": finding.reference,
        "summary": finding.summary,
        "state": finding.state,
        "next_steps": sorted(FINDING[finding.state]),
        "owner": finding.owner,
        "due_on": finding.due_on.isoformat() if finding.due_on else None,
        "overdue": late,
        "found_by": finding.found_by,
        "found_at": instant(finding.found_at),
    }


def finding_shown(session: Session, finding: AuditFinding, now: datetime) -> dict[str, Any]:
    """A finding with all its steps."""
    steps = [
        {"step": one.step, "said": one.said, "by": one.taken_by, "at": instant(one.taken_at)}
        for one in findings.steps(session, finding.id)
    ]
    return {**finding_line(finding, now), "steps": steps}
