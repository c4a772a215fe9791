"""Register a plan, or change what is known of it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.intake.storage.tables import PlanRow
from shared.db import Work
from shared.events.intake import Channel
from shared.refusals import Refusal
from shared.trail import Access


@dataclass(frozen=True, kw_only=True)
class PlanEntry:
    """A plan as the register holds it."""

    number: str
    name: str
    kind: Literal["EPF", "DB", "DC"]
    channel: Channel
    contract_from: date
    contract_to: date | None = None
    address: str = ""


def register_plan(work: Work, entry: PlanEntry, access: Access) -> PlanRow:
    """Add a plan. Refusal `plan-exists`, or `contract-dates-crossed` where the contract would end before it began."""
    if entry.contract_to is not None and entry.contract_to < entry.contract_from:
        raise Refusal("contract-dates-crossed")
    if work.session.get(PlanRow, entry.number) is not None:
        raise Refusal("plan-exists", plan_number=entry.number)
    row = PlanRow(
        number=entry.number,
        name=entry.name,
        kind=entry.kind,
        channel=entry.channel,
        contract_from=entry.contract_from,
        contract_to=entry.contract_to,
        address=entry.address,
        registered_at=work.now,
    )
    work.session.add(row)
    work.record(access)
    return row
