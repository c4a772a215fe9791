"""Answer questions of a checksheet."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.audit.domain.checksheets.answers import suggested
from services.audit.domain.checksheets.evidence import Evidence
from services.audit.domain.checksheets.items import Answer, Item, versions
from services.audit.domain.checksheets.signing import OPEN
from services.audit.storage.checksheets import evidence as stored
from services.audit.storage.checksheets import sheets
from services.audit.storage.checksheets.tables import ChecksheetAnswer
from services.audit.usecases.checksheets.show_sheet import sheet_shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.ids import new_id
from shared.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Given:
    """A person's answer: what they tick, their remark, and why they answer against the evidence, if they do."""

    item: int
    answer: Answer
    remarks: str = ""
    reason: str = ""


def answer_items(work: Work, caller: Caller, code: str, given: Sequence[Given]) -> dict[str, object]:
    """The sheet with these answers; one that stands already is not entered twice.

    An answer against the evidence is taken and shown as such; without a reason nobody can sign it.
    Refusals `not-found`, `checksheet-signed` once a signature stands, `item-unknown`.
    """
    sheet = sheets.get(work.session, code)
    if sheet is None:
        raise Refusal("not-found")
    if sheet.state != OPEN:
        raise Refusal("checksheet-signed", state=sheet.state)
    known = sheets.answers(work.session, code)
    latest = stored.latest(work.session, code)
    evidence = stored.known(work.session, latest.digests) if latest else []
    for one in given:
        item = versions()[sheet.version].item(one.item)
        if item is None:
            raise Refusal("item-unknown", item=one.item)
        if not _stands(known.get(one.item), one):
            work.session.add(_entered(work, caller, code, item, one, evidence))
            work.record(caller.access("audit.checksheet.answer", "checksheet", f"{code}/{one.item}", reason=one.answer))
    work.session.flush()
    return sheet_shown(work.session, code)


def _stands(before: ChecksheetAnswer | None, given: Given) -> bool:
    return before is not None and (before.answer, before.remarks, before.reason) == (
        given.answer,
        given.remarks,
        given.reason,
    )


def _entered(
    work: Work, caller: Caller, code: str, item: Item, given: Given, evidence: Sequence[Evidence]
) -> ChecksheetAnswer:
    beside = [one for one in evidence if item.number in one.items]
    return ChecksheetAnswer(
        id=new_id(),
        quarter=code,
        item=item.number,
        answer=given.answer,
        remarks=given.remarks,
        reason=given.reason,
        suggested=suggested(item, beside),
        evidence=[one.digest for one in beside],
        answered_by=caller.principal.id,
        answered_at=work.now,
    )
