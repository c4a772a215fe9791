"""Destroy what is written down as doomed."""

import asyncio
from typing import Final

from services.intake.parts import IntakeParts
from services.intake.storage.doomed import all_doomed
from services.intake.storage.tables import DoomedRow
from shared.hosting.doomed import DoomedCopies
from shared.trail import Actor

DOOMED: Final = DoomedCopies(
    actor=Actor.job("intake.destruction"),
    action="intake.copy.destroy",
    table=DoomedRow,
    due=lambda session, at, now: all_doomed(session),
    subject=lambda row: f"{row.object_type}/{row.object_id}",
)


async def destroy_doomed(parts: IntakeParts) -> int:
    """Destroy all of it; how many copies. Safe twice: what is gone is told again with the same facts."""
    return await asyncio.to_thread(DOOMED.destroy, parts, parts.clock.now())
