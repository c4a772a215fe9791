"""The checksheet on paper, in the form of the source document, with the evidence on the pages after it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.audit.documents import TEMPLATES
from services.audit.domain.checksheets.periods import quarter_of
from services.audit.parts import AuditParts
from shared.calendar.clock import JST
from shared.calendar.eras import in_era
from shared.papers.glyphs import FontUnusable
from shared.papers.press import Press
from shared.refusals import Refusal

CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
FIELDS: Final = (("audit", "監査室"), ("head", "室長"), ("clerk", "担当者"))


def print_sheet(parts: AuditParts, sheet: Mapping[str, Any]) -> bytes:
    """The PDF/A of a sheet as it is shown. Refusal `paper-unprintable` without the typeface."""
    quarter = quarter_of(sheet["quarter"])
    signed = _signatures(sheet["steps"])
    data = {
        "association": parts.association,
        "source": sheet["source"],
        "quarter": sheet["quarter"],
        "months": f"{in_era(quarter.first).partition('年')[0]}年 {quarter.first.month}月～ {quarter.last.month}月",
        "carried_out": _day(signed["clerk"]["at"]) if "clerk" in signed else "",
        "evidence_at": _day(sheet["evidence_at"]) if sheet["evidence_at"] else "",
        "signatures": [_field(name, signed.get(step)) for step, name in FIELDS],
        "items": [_row(item) for item in sheet["items"]],
    }
    try:
        return Press(parts.settings.font, TEMPLATES).print("checksheet", data, at=parts.clock.now())
    except FontUnusable:
        raise Refusal("paper-unprintable") from None


def _signatures(steps: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The signatures that stand: those since the sheet was last returned."""
    standing: dict[str, dict[str, Any]] = {}
    for step in steps:
        if step["step"] == "return":
            standing.clear()
        else:
            standing[step["step"]] = step
    return standing


def _field(name: str, signature: Mapping[str, Any] | None) -> dict[str, str]:
    if signature is None:
        return {"name": name, "by": "", "on": "", "digest": ""}
    return {"name": name, "by": signature["by"], "on": _day(signature["at"]), "digest": signature["digest"]}


def _row(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": CIRCLED[item["number"] - 1],
        "text": item["ja"],
        "answer": item["answer"],
        "remarks": item["remarks"],
        "reason": item["reason"] if item["against"] else "",
        "evidence": [{"ja": one["ja"], "digest": one["digest"]} for one in item["evidence"]],
    }


def _day(text: str) -> str:
    return in_era(datetime.fromisoformat(text).astimezone(JST).date())
