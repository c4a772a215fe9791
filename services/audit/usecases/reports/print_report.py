"""The monthly analysis as PDF/A, with its plots."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.audit.documents import TEMPLATES
from services.audit.parts import AuditParts
from shared.calendar.clock import JST
from shared.papers.glyphs import FontUnusable
from shared.papers.press import Press
from shared.refusals import Refusal


def print_report(parts: AuditParts, report: Mapping[str, Any]) -> bytes:
    """The paper of a report as it is shown. Refusal `paper-unprintable` without the typeface."""
    made = datetime.fromisoformat(report["made_at"]).astimezone(JST)
    data = {**report, "association": parts.association, "made": f"{made:%Y-%m-%d %H:%M}"}
    try:
        return Press(parts.settings.font, TEMPLATES).print("access_report", data, at=parts.clock.now())
    except FontUnusable:
        raise Refusal("paper-unprintable") from None
