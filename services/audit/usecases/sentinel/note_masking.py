"""A batch was masked: its certificate waits for the sentinel."""

from services.audit.parts import AuditParts
from services.audit.storage.sentinel import runs
from services.audit.storage.sentinel.tables import Masking
from shared.bus import Effect
from shared.db import Work
from shared.events.matcher import BatchMasked


async def note_masking(parts: AuditParts, event: BatchMasked) -> Effect:
    """Keep it, once."""

    def effect(work: Work) -> None:
        if runs.masking(work.session, event.batch_id) is None:
            row = Masking(batch_id=event.batch_id, cycle=event.cycle, numbers=event.numbers, masked_at=work.now)
            work.session.add(row)

    return effect
