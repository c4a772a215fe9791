"""Release a batch's replies: two people, nothing frozen, everything balanced, deaths confirmed by somebody else.

Making the replies follows by itself.
"""

import asyncio
from typing import Any, Final

from services.matcher.domain.batch import Act, after
from services.matcher.domain.sheet import Sheet
from services.matcher.settings import MatcherParts
from services.matcher.storage.batches import askers_of, batch_of, outcomes_of
from services.matcher.usecases.balance_batch import balance_now
from services.matcher.usecases.confirm_deaths import refuse_unconfirmed
from services.matcher.usecases.matched import plan_key
from services.matcher.usecases.words import kind_of
from shared.auth.caller import Caller
from shared.calendar.clock import JST
from shared.db import Work
from shared.events.matcher import BatchReleased
from shared.http import Once
from shared.legal import basis_of
from shared.refusals import Refusal

ACT: Final = "matcher.batch.release"
NUMBERS_KEY: Final = "my_number"
NAMED_REQUESTS: Final = 20


async def release_batch(parts: MatcherParts, caller: Caller, batch_id: str, once: Once) -> dict[str, Any]:
    """The released batch's state and outcomes."""
    _, sheet = await asyncio.to_thread(balance_now, parts, batch_id)
    return await once.write(parts.db, lambda work: _release(work, caller, batch_id, sheet))


def _release(work: Work, caller: Caller, batch_id: str, sheet: Sheet) -> dict[str, Any]:
    batch = batch_of(work.session, batch_id)
    state = after(batch.state, Act.RELEASE)
    _refuse_unbalanced(sheet)
    refuse_unconfirmed(work, caller, batch)
    keys = (NUMBERS_KEY,) if batch.kind == "my_number" else ()
    work.refuse_if_frozen(*keys, batch=batch.id)
    for plan_number in sorted({one.plan_number for one in askers_of(work.session, batch.id)}):
        work.refuse_if_frozen(plan_key(plan_number), plan=plan_number)
    basis = basis_of(batch.kind, work.now.astimezone(JST).date())
    work.use_approval(caller, ACT, batch.id)
    batch.state, batch.released_at = state, work.now
    outcomes = outcomes_of(work.session, batch.id)
    work.announce(
        BatchReleased(batch_id=batch.id, cycle=batch.cycle, kind=kind_of(batch), outcomes=outcomes), subject=batch.id
    )
    work.record(caller.access(ACT, "batch", batch.id, subjects=batch.inquiries, legal_basis=basis))
    return {"id": batch.id, "cycle": batch.cycle, "kind": batch.kind, "state": batch.state, "outcomes": outcomes}


def _refuse_unbalanced(sheet: Sheet) -> None:
    if sheet.balanced:
        return
    raise Refusal(
        "batch-unbalanced",
        hops=[{"hop": hop.name, "missing": hop.missing} for hop in sheet.hops if not hop.balanced],
        records=[
            {"request_id": loss.request_id, "serials": list(loss.serials[:NAMED_REQUESTS]), "in_all": loss.in_all}
            for loss in sheet.losses[:NAMED_REQUESTS]
        ],
    )
