"""How a checksheet looks from outside: each question with its answer, and the evidence beside it."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session

from services.audit.domain.checksheets.answers import against, suggested
from services.audit.domain.checksheets.evidence import Evidence
from services.audit.domain.checksheets.items import Item, versions
from services.audit.domain.checksheets.periods import quarter_of
from services.audit.domain.checksheets.signing import SHEET
from services.audit.storage.checksheets import evidence as stored
from services.audit.storage.checksheets import sheets
from services.audit.storage.checksheets.tables import Checksheet, ChecksheetAnswer, ChecksheetStep
from services.audit.usecases.show import instant
from shared.refusals import Refusal


def sheet_shown(session: Session, code: str) -> dict[str, Any]:
    """The whole sheet. Refusal `not-found`."""
    sheet = sheets.get(session, code)
    if sheet is None:
        raise Refusal("not-found")
    latest = stored.latest(session, code)
    evidence = stored.known(session, latest.digests) if latest else []
    answers = sheets.answers(session, code)
    items = [item_shown(item, answers.get(item.number), evidence) for item in versions()[sheet.version].items]
    return {
        **line_shown(sheet),
        "source": versions()[sheet.version].source,
        "evidence_at": instant(latest.gathered_at) if latest else None,
        "items": items,
        "contradictions": [item["number"] for item in items if item["against"]],
        "steps": [step_shown(step) for step in sheets.steps(session, code)],
    }


def line_shown(sheet: Checksheet) -> dict[str, Any]:
    """A sheet in a list."""
    quarter = quarter_of(sheet.quarter)
    return {
        "quarter": sheet.quarter,
        "first": quarter.first.isoformat(),
        "last": quarter.last.isoformat(),
        "state": sheet.state,
        "next_steps": sorted(SHEET[sheet.state]),
        "opened_at": instant(sheet.opened_at),
    }


def item_shown(item: Item, given: ChecksheetAnswer | None, evidence: Sequence[Evidence]) -> dict[str, Any]:
    """One question. `suggested` is what the evidence says, empty where the system does not know."""
    beside = [one for one in evidence if item.number in one.items]
    suggestion = suggested(item, beside)
    return {
        "number": item.number,
        "ja": item.ja,
        "en": item.en,
        "accident": item.accident,
        "known": item.known,
        "suggested": suggestion,
        "answer": given.answer if given else "",
        "suggested_remarks": "、".join(one.remark for one in beside if one.remark),
        "remarks": given.remarks if given else "",
        "reason": given.reason if given else "",
        "answered_by": given.answered_by if given else "",
        "answered_at": instant(given.answered_at) if given else None,
        "against": given is not None and against(given.answer, suggestion),
        "evidence": [evidence_shown(one) for one in beside],
    }


def evidence_shown(one: Evidence) -> dict[str, Any]:
    """One piece of evidence, in sentences, with the digest that stands for it."""
    return {
        "code": one.code,
        "says": one.says,
        "ja": one.ja,
        "en": one.en,
        "facts": dict(one.facts),
        "refs": list(one.refs),
        "digest": one.digest,
    }


def step_shown(step: ChecksheetStep) -> dict[str, Any]:
    """A signature or a return."""
    return {
        "step": step.step,
        "by": step.taken_by,
        "at": instant(step.taken_at),
        "digest": step.digest,
        "reason": step.reason,
    }
