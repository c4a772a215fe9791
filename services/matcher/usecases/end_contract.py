"""A plan's contract ended: every number of it, who stands behind them, and the key of its ledger are destroyed."""

import asyncio
import hashlib
from typing import Final

from services.matcher.settings import MatcherParts
from services.matcher.storage.ledger import Ledger, count_spent
from shared.bus.handling import Effect
from shared.db import Work
from shared.events.copies import CopyDestroyed
from shared.events.intake import PlanContractEnded
from shared.events.matcher import InquiryNumbersDestroyed
from shared.trail import Access, Actor

JOB: Final = Actor.job("matcher.end-contract")
METHOD: Final = "ledger rows removed with secure deletion, the plan's ledger key destroyed"


async def end_contract(parts: MatcherParts, event: PlanContractEnded) -> Effect:
    """Safe twice: the rows destroyed by the first run are counted again."""
    return await asyncio.to_thread(_prepare, parts, event)


def _prepare(parts: MatcherParts, event: PlanContractEnded) -> Effect:
    by = f"contract-end/{event.ended_on.isoformat()}"
    Ledger(parts.db, parts.keyring).destroy_all(event.plan_number, by=by, at=parts.clock.now())
    return lambda work: _announce(work, event, by)


def _announce(work: Work, event: PlanContractEnded, by: str) -> None:
    count = count_spent(work.session, event.plan_number, by)
    work.announce(
        InquiryNumbersDestroyed(plan_number=event.plan_number, reason="contract_end", count=count),
        subject=event.plan_number,
    )
    work.announce(
        CopyDestroyed(
            copy_id=f"ledger/{event.plan_number}/{event.ended_on.isoformat()}",
            service="matcher",
            what="inquiry_numbers",
            object_type="plan",
            object_id=event.plan_number,
            records=count,
            digest=hashlib.sha256(f"{event.plan_number}/{by}/{count}".encode()).hexdigest(),
            method=METHOD,
            due_at=work.now,
            destroyed_at=work.now,
            by=JOB.id,
        ),
        subject=event.plan_number,
    )
    work.record(Access(JOB, "matcher.inquiry_numbers.destroy", "plan", event.plan_number, subjects=count))
