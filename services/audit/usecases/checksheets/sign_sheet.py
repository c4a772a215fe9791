"""Sign a checksheet, or return it to the clerk. The audit office's signature opens a finding for each bad answer."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from services.audit.domain.checksheets import signing
from services.audit.domain.checksheets.answers import against, suggested
from services.audit.domain.checksheets.evidence import Evidence
from services.audit.domain.checksheets.items import Item, versions
from services.audit.domain.checksheets.periods import Quarter, quarter_of
from services.audit.domain.states import step
from services.audit.storage.checksheets import sheets
from services.audit.storage.checksheets.tables import Checksheet, ChecksheetAnswer, ChecksheetStep
from services.audit.usecases.checksheets.gather_evidence import keep_gathered
from services.audit.usecases.checksheets.open_finding import finding_of_answer
from services.audit.usecases.checksheets.show_sheet import sheet_shown
from shared.auth.caller import Caller
from shared.db import Work
from shared.ids import new_id
from shared.refusals import Refusal

Signer = Literal["clerk", "head", "audit"]


def sign_sheet(work: Work, caller: Caller, code: str, signer: Signer) -> dict[str, Any]:
    """The sheet with one more signature, over its answers and the evidence as it is known now.

    Refusals `not-found`, `transition-refused` out of turn, `quarter-running`, `same-person-twice`,
    `checksheet-unanswered`, `reason-against-evidence`.
    """
    sheet, quarter = _sheet(work, code), quarter_of(code)
    after = step(signing.SHEET, sheet.state, signer)
    signing.refuse_if_running(quarter, work.now)
    items, answers = versions()[sheet.version].items, sheets.answers(work.session, code)
    if signer != "clerk":
        signing.refuse_same_person(caller.principal.id, _before(work, code, answers))
    signing.refuse_unanswered(items, answers)
    evidence = keep_gathered(work, quarter)
    signing.refuse_unreasoned([item.number for item in items if _unreasoned(item, answers[item.number], evidence)])
    digest = _digest(quarter, answers, evidence)
    _take(work, caller, sheet, after, signer, digest=digest)
    work.record(
        caller.access("audit.checksheet.sign", "checksheet", code, release=f"sha256:{digest}", reason=f"as-{signer}")
    )
    if after == signing.COMPLETE:
        for item in items:
            if answers[item.number].answer == item.bad:
                finding_of_answer(work, caller, quarter, item)
    return sheet_shown(work.session, code)


def return_sheet(work: Work, caller: Caller, code: str, reason: str) -> dict[str, Any]:
    """The sheet, open for answers again; its signatures are void. Refusals `not-found`, `transition-refused`."""
    sheet = _sheet(work, code)
    _take(work, caller, sheet, step(signing.SHEET, sheet.state, "return"), "return", reason=reason)
    work.record(caller.access("audit.checksheet.return", "checksheet", code))
    return sheet_shown(work.session, code)


def _sheet(work: Work, code: str) -> Checksheet:
    sheet = sheets.get(work.session, code)
    if sheet is None:
        raise Refusal("not-found")
    return sheet


def _before(work: Work, code: str, answers: Mapping[int, ChecksheetAnswer]) -> set[str]:
    """Who has answered, and who has signed since the sheet was last returned."""
    people = {answer.answered_by for answer in answers.values()}
    for taken in reversed(sheets.steps(work.session, code)):
        if taken.step == "return":
            break
        people.add(taken.taken_by)
    return people


def _unreasoned(item: Item, given: ChecksheetAnswer, evidence: Sequence[Evidence]) -> bool:
    beside = [one for one in evidence if item.number in one.items]
    return against(given.answer, suggested(item, beside)) and not given.reason


def _digest(quarter: Quarter, answers: Mapping[int, ChecksheetAnswer], evidence: Sequence[Evidence]) -> str:
    stated = [
        {"item": number, "answer": given.answer, "remarks": given.remarks, "reason": given.reason}
        for number, given in sorted(answers.items())
    ]
    return signing.sheet_digest(quarter, stated, [one.digest for one in evidence])


def _take(
    work: Work, caller: Caller, sheet: Checksheet, after: str, taken: str, *, digest: str = "", reason: str = ""
) -> None:
    sheet.state = after
    work.session.add(sheet)
    work.session.add(
        ChecksheetStep(
            id=new_id(),
            quarter=sheet.quarter,
            step=taken,
            taken_by=caller.principal.id,
            taken_at=work.now,
            digest=digest,
            reason=reason,
        )
    )
    work.session.flush()
