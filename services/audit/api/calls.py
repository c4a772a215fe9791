"""How a route runs a use case: in one transaction with its record; what a rule refuses is recorded as refused."""

from collections.abc import Callable
from typing import Any

from services.audit.parts import AuditParts
from shared.auth.caller import Caller
from shared.db import Work
from shared.http import Once
from shared.refusals import Refusal


async def run_once(
    parts: AuditParts, caller: Caller, act: str, object_id: str, once: Once, fn: Callable[[Work], dict[str, Any]]
) -> dict[str, Any]:
    """The answer of `fn`, once per Idempotency-Key."""
    try:
        return await once.write(parts.db, fn)
    except Refusal as refusal:
        access = caller.access(act, act.split(".")[1], object_id, outcome="refused", reason=refusal.code)
        await parts.db.write(lambda work: work.record(access))
        raise
