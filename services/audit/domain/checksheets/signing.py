"""The sign-offs of a checksheet: clerk, room head, audit office, in that order and each by another person."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from services.audit.domain.canonical import canonical
from services.audit.domain.checksheets.items import Item
from services.audit.domain.checksheets.periods import Quarter
from services.audit.domain.states import Table
from shared.refusals import Refusal

OPEN: Final = "open"
COMPLETE: Final = "complete"
SHEET: Final[Table] = {
    OPEN: {"clerk": "signed_by_clerk"},
    "signed_by_clerk": {"head": "signed_by_head", "return": OPEN},
    "signed_by_head": {"audit": COMPLETE, "return": OPEN},
    COMPLETE: {},
}
"""Source: the document's sheet has three fields to sign, 担当者, 室長 and 監査室; returning it opens it for answers."""


def refuse_if_running(quarter: Quarter, now: datetime) -> None:
    """A quarter is signed for when it is over. Refusal `quarter-running`."""
    if now < quarter.until:
        raise Refusal("quarter-running", quarter=quarter.code, last=quarter.last.isoformat())


def refuse_same_person(person: str, before: Iterable[str]) -> None:
    """Whoever answered or signed does not sign again. Refusal `same-person-twice`."""
    if person in set(before):
        raise Refusal("same-person-twice")


def refuse_unanswered(items: Sequence[Item], answered: Iterable[int]) -> None:
    """Every question has an answer before the first signature. Refusal `checksheet-unanswered`, naming the rest."""
    missing = sorted({item.number for item in items} - set(answered))
    if missing:
        raise Refusal("checksheet-unanswered", items=missing)


def refuse_unreasoned(contradicting: Sequence[int]) -> None:
    """An answer against the evidence stands only with a reason. Refusal `reason-against-evidence`, naming the items."""
    if contradicting:
        raise Refusal("reason-against-evidence", items=sorted(contradicting))


def sheet_digest(quarter: Quarter, answers: Sequence[dict[str, Any]], evidence: Sequence[str]) -> str:
    """What a signature stands for: SHA-256 in hex over the answers in order and the digests of the evidence."""
    stated = {"quarter": quarter.code, "answers": list(answers), "evidence": sorted(evidence)}
    return hashlib.sha256(canonical(stated)).hexdigest()
