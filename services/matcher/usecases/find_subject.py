"""The pseudonyms under which one person stands in the access record, for a disclosure to that person."""

import asyncio
from typing import Any, Final

from services.matcher.settings import MatcherParts
from services.matcher.storage.ledger import Ledger
from services.matcher.usecases.subjects import subject_token
from shared.auth.caller import Caller
from shared.people.inquiry_numbers import canonical
from shared.refusals import Refusal

ACT: Final = "matcher.subject.find"


async def find_subject(parts: MatcherParts, caller: Caller, *, plan_number: str, inquiry_number: str) -> dict[str, Any]:
    """`tokens`: that of the ledger's row, and that of the person in reviews. Recorded, found or not, without number.

    Refusal `purpose-required` without a stated purpose and case; `not-found` where no live number of that plan is
    meant: with the number, its tokens were destroyed.
    """
    if not (caller.purpose and caller.case):
        raise Refusal("purpose-required")
    tokens = await asyncio.to_thread(_tokens, parts, plan_number, canonical(inquiry_number))
    told = {"subjects": 1, "subject_tokens": tokens} if tokens else {"outcome": "failed", "reason": "not-found"}
    await parts.db.write(lambda work: work.record(caller.access(ACT, "plan", plan_number, **told)))
    if not tokens:
        raise Refusal("not-found")
    return {"plan_number": plan_number, "tokens": tokens}


def _tokens(parts: MatcherParts, plan_number: str, number: str) -> tuple[str, ...]:
    ledger = Ledger(parts.db, parts.keyring)
    found = ledger.tokens(plan_number, [number])
    codes = ledger.people(plan_number, list(found))["resident_code"].to_list() if found else []
    return (*found.values(), *(subject_token(parts.keyring, code) for code in codes))
