"""Cases of people who were told dead and live: listed for those who call the plans, closed by a supervisor."""

from typing import Any, Final

from services.matcher.settings import MatcherParts
from services.matcher.storage.deaths import case_of, cases
from services.matcher.storage.told_tables import DeathCase
from services.matcher.usecases.matched import plan_key
from shared.auth.caller import Caller
from shared.db import Work
from shared.http import Once
from shared.refusals import Refusal

CLOSE: Final = "matcher.death_case.close"
REASON_PLACE: Final = "death_case.reason"


async def list_cases(
    parts: MatcherParts, *, state: str, plan_number: str, after: str, limit: int
) -> list[dict[str, Any]]:
    """Cases in the order of opening: the plan and the record of its reply, nobody's name."""
    found = await parts.db.read(
        lambda session: cases(session, state=state, plan_number=plan_number, after=after, limit=limit)
    )
    return [_shown(one) for one in found]


async def close_case(parts: MatcherParts, caller: Caller, case_id: str, reason: str, once: Once) -> dict[str, Any]:
    """The closed case. Refusal `not-found`, or `death-case-closed` where somebody was faster."""

    def close(work: Work) -> dict[str, Any]:
        case = case_of(work.session, case_id)
        if case.state != "open":
            raise Refusal("death-case-closed")
        cipher = parts.keyring.field_cipher(plan_key(case.plan_number))
        case.reason = cipher.encrypt(reason, place=REASON_PLACE, row=case.id)
        case.state, case.closed_by, case.closed_at = "closed", caller.principal.id, work.now
        work.record(caller.access(CLOSE, "death_case", case.id, subjects=1))
        return _shown(case)

    return await once.write(parts.db, close)


def _shown(case: DeathCase) -> dict[str, Any]:
    return {
        "id": case.id,
        "state": case.state,
        "plan_number": case.plan_number,
        "told": {
            "request_id": case.request_id,
            "serial": case.serial,
            "batch_id": case.told_batch_id,
            "registry_as_of": case.told_as_of,
            "at": case.told_at,
        },
        "answered": {"batch_id": case.batch_id, "registry_as_of": case.as_of, "status": case.status},
        "opened_at": case.opened_at,
        "closed_by": case.closed_by or None,
        "closed_at": case.closed_at,
    }
